// What the list of failures and one group of them share.
import type { JSX } from "preact";
import type { ErrorGroup } from "../../api/types";
import { Ago, Badge } from "../../components/basics";
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
