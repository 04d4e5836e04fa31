// What the list of failures and one group of them share.
import type { JSX } from "preact";
import type { ErrorGroup, FailedTasks } from "../../api/types";
import { Ago, Badge } from "../../components/basics";
import { Status } from "../../components/status";
import { count } from "../../format/numbers";
import { urlOf } from "../../router/route";

/** What people have said of a group: how much of it nobody has seen, or that nobody wants to hear of it. */
export function Word({ group }: { group: ErrorGroup }): JSX.Element | null {
  if (group.muted)
    return (
      <Badge icon="ban" title={`muted by ${group.muted.by}`}>
        muted
      </Badge>
    );
  if (group.new > 0) return <Badge tone="bad">{group.seen ? `${count(group.new)} new` : "new"}</Badge>;
  return (
    <Badge icon="check" title={group.seen ? `seen by ${group.seen.by}` : undefined}>
      seen
    </Badge>
  );
}

/** Who has said it, and when. */
export function Said({ by, at }: { by: string; at: string }): JSX.Element {
  return (
    <>
      by {by} <Ago at={at} />
    </>
  );
}

const BECAME = ["trying", "success", "failure", "lost", "cancelled", "expired"] as const;
const TITLES: Partial<Record<(typeof BECAME)[number], string>> = {
  trying: "wait for their next attempt, or run again",
  success: "were tried again, and ended in success",
};

/** What became of the tasks that failed so: of what there are none is not said. */
export function becameOf(tasks: FailedTasks): { name: (typeof BECAME)[number]; number: number }[] {
  return BECAME.map((name) => ({ name, number: tasks[name] })).filter(({ number }) => number > 0);
}

export function Became({ tasks }: { tasks: FailedTasks }): JSX.Element {
  return (
    <ul class="became" aria-label="What became of its tasks">
      {becameOf(tasks).map(({ name, number }) => (
        <li key={name} title={`${count(number)} ${TITLES[name] ?? `ended as ${name}`}`}>
          {name === "trying" ? (
            <Badge tone="accent" icon="retry">
              trying
            </Badge>
          ) : (
            <Status status={name} />
          )}{" "}
          <b>{count(number)}</b>
        </li>
      ))}
    </ul>
  );
}

export function Links({ names, page }: { names: readonly string[]; page: "functions" | "workers" }): JSX.Element {
  return (
    <span class="links">
      {names.slice(0, 4).map((name) => (
        <a key={name} href={urlOf(page, name)}>
          {name}
        </a>
      ))}
      {names.length > 4 && <span class="muted">+{names.length - 4}</span>}
    </span>
  );
}
