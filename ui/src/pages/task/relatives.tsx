// Where a task comes from, and what comes of it: its parent and its origin, its child tasks, what runs it again.
import type { JSX } from "preact";
import type { Relative, Task, TaskPage, TasksEvent, TaskSummary } from "../../api/types";
import { Fact } from "../../components/basics";
import { Status } from "../../components/status";
import { count, duration } from "../../format/numbers";
import { momentOf } from "../../format/times";
import { type Resource, useResource } from "../../live/resource";
import type { LiveEvent } from "../../live/protocol";
import { queryOf, urlOf } from "../../router/route";
import { now } from "../../state/clock";
import { after } from "../tasks/rows";

const MOST_CHILD_TASKS = 10;
const MOST_AGAIN = 5;
const PACE = 2_000; // the lists are asked for again at most so often, however much happens elsewhere
const EARLIER = 1_000; // milliseconds that a moment may lose on its way

export type Relation = "parent" | "origin";

/** The list after an event: rows are as they are now; it is asked for when one of them may be missing. */
export function relativesAfter(
  event: LiveEvent,
  page: TaskPage | null,
  relation: Relation,
  id: string,
): TaskPage | undefined {
  if (!page || event.type !== "tasks") return page ?? undefined;
  const told = event.data as TasksEvent;
  const shown = new Set(page.items.map((task) => task.id));
  const isMissing = told.changed.some((task) => task[relation] === id && !shown.has(task.id));
  return isMissing || told.more > 0 ? undefined : after(told, page);
}

function useRelatives(task: Task, relation: Relation, limit: number): Resource<TaskPage> {
  // Nothing that came before the task comes of it: looking begins there, however much is remembered.
  const since = new Date((momentOf(task.submitted_at) ?? 0) - EARLIER).toISOString();
  const query = queryOf({ [relation]: task.id, since, order: "oldest", limit: String(limit) });
  return useResource<TaskPage>(`tasks?${query}`, {
    topics: ["tasks"],
    pace: PACE,
    apply: (event, page) => relativesAfter(event, page, relation, task.id),
  });
}

export const useChildTasks = (task: Task): Resource<TaskPage> => useRelatives(task, "parent", MOST_CHILD_TASKS);

/** How many are not shown, in words; empty when all are. */
export function beyond({ items, total, next_cursor: next }: TaskPage): string {
  const left = total.value - items.length;
  if (total.relation === "gte" && (left > 0 || next)) return `and more than ${count(left)} more`;
  return left > 0 ? `and ${count(left)} more` : "";
}

/** The link to a task that another one comes from; of one that is not remembered it says so instead. */
export function RelativeLink({ relative }: { relative: Relative }): JSX.Element {
  if (relative.state === "remembered" && relative.status)
    return (
      <>
        <a href={urlOf("tasks", relative.id)} title={relative.id}>
          {relative.name}
        </a>
        <Status status={relative.status} />
      </>
    );
  return (
    <span class="gone">
      <code>{relative.id}</code> <small>{relative.state === "forgotten" ? "not remembered any more" : "never seen here"}</small>
    </span>
  );
}

/** In the head: the task that submitted this one. */
export function ParentLink({ task }: { task: Task }): JSX.Element | null {
  if (!task.parent_task) return null;
  return (
    <span class="parent-link">
      <small>parent</small> <RelativeLink relative={task.parent_task} />
    </span>
  );
}

/** The tasks that run this one again, the first ones first. */
export function RunAgain({ task }: { task: Task }): JSX.Element | null {
  const page = useRelatives(task, "origin", MOST_AGAIN).data;
  if (!page || page.items.length === 0) return null;
  const more = beyond(page);
  return (
    <Fact name="Run again as">
      <ul class="run-again">
        {page.items.map(({ id, status }) => (
          <li key={id}>
            <a href={urlOf("tasks", id)}>
              <code>{id}</code>
            </a>
            <Status status={status} />
          </li>
        ))}
        {more && (
          <li>
            <a href={urlOf("tasks", "", { origin: task.id, order: "oldest" })}>{more}</a>
          </li>
        )}
      </ul>
    </Fact>
  );
}

/** When a child task waited and ran, milliseconds since 1970; what is not over lasts until now. */
export function spanOf(child: TaskSummary, nowAt: number): { from: number; started: number; until: number } {
  const from = momentOf(child.submitted_at) ?? nowAt;
  const until = momentOf(child.finished_at) ?? nowAt;
  return { from, started: momentOf(child.started_at) ?? until, until: Math.max(from, until) };
}

/** Rows of a waterfall: the child tasks, on the scale of time of their parent. */
export function ChildTaskRows({ tasks, part }: { tasks: readonly TaskSummary[]; part: (at: number) => string }): JSX.Element {
  return (
    <>
      {tasks.map((child) => {
        const { from, started, until } = spanOf(child, now.value);
        const seconds = (until - started) / 1000;
        return (
          <li key={child.id} class="child">
            <a class="waterfall-name" href={urlOf("tasks", child.id)} title={`${child.name} ${child.id}`}>
              {child.name}
            </a>
            <span class="track">
              <i class="waited" style={{ left: part(from), width: `calc(${part(started)} - ${part(from)})` }} />
              {child.started_at && (
                <i class={child.status} style={{ left: part(started), width: `calc(${part(until)} - ${part(started)})` }} />
              )}
            </span>
            <span class="waterfall-note">
              <Status status={child.status} isCancelling={child.is_cancelling} isHeld={child.is_held} />
              {child.started_at && ` ${duration(child.status === "running" ? Math.round(seconds) : seconds)}`}
            </span>
          </li>
        );
      })}
    </>
  );
}
