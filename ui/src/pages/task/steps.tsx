// What the task said and what was said of it: steps and log lines, as they come.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { TakenAction, Task, TaskEvent, TaskStep, TaskStepPage } from "../../api/types";
import { Button } from "../../components/basics";
import { Empty, Content } from "../../components/panel";
import { Status } from "../../components/status";
import { count, plural } from "../../format/numbers";
import { clockTime, momentOf } from "../../format/times";
import { type Resource, useResource } from "../../live/resource";
import type { LiveEvent } from "../../live/protocol";
import { param, setParams } from "../../router/location";
import { queryOf, urlOf } from "../../router/route";
import { isUtc } from "../../state/clock";
import { attemptsOf } from "./parts";

const PAGE_SIZE = 200;
const MOST = 500;
const CURSOR = "cursor"; // in the URL: which of the older log lines are shown
const LINES = ["line"];
const OTHERS = ["status", "progress"]; // fewer are kept of these than fit on a page

/** Add steps that are not there yet, the newest first. When there are many, the newest are asked for anew. */
export function withSteps(page: TaskStepPage | null, steps: readonly TaskStep[]): TaskStepPage | undefined {
  if (!page) return undefined;
  const last = page.items[0]?.number ?? 0;
  const added = steps.filter(({ number }) => number > last).reverse();
  if (page.items.length + added.length > MOST) return undefined;
  if (added.length === 0) return page;
  const total = { ...page.total, value: page.total.value + added.length };
  return { ...page, items: [...added, ...page.items], total };
}

function pathOf(id: string, kind: readonly string[], cursor = ""): string {
  const query = queryOf({ kind, order: "newest", limit: String(PAGE_SIZE), cursor });
  return `tasks/${encodeURIComponent(id)}/events?${query}`;
}

const toldBy = (event: LiveEvent) => (event.data as TaskEvent).steps ?? [];

/** The latest log lines, as they come; the newest first. */
export function useLines(id: string, topics: readonly string[]): Resource<TaskStepPage> {
  const apply = (event: LiveEvent, page: TaskStepPage | null) =>
    withSteps(page, toldBy(event).filter(({ line }) => line));
  return useResource<TaskStepPage>(pathOf(id, LINES), { topics, apply });
}

/** What the task went through, as it comes: all but the log lines. */
function useSteps(id: string, topics: readonly string[]): Resource<TaskStepPage> {
  const apply = (event: LiveEvent, page: TaskStepPage | null) =>
    withSteps(page, toldBy(event).filter(({ line }) => !line));
  return useResource<TaskStepPage>(pathOf(id, OTHERS), { topics, apply });
}

/** The log lines that are to be shown: the latest, or older ones that somebody went back to. */
function useShownLines(id: string, latest: Resource<TaskStepPage>): Resource<TaskStepPage> {
  const cursor = param(CURSOR);
  const older = useResource<TaskStepPage>(cursor ? pathOf(id, LINES, cursor) : null);
  return cursor ? older : latest;
}

/** Steps in the order in which they came. */
function inOrder(steps: Resource<TaskStepPage>): TaskStep[] {
  return [...(steps.data?.items ?? [])].reverse();
}

/** How many log lines are kept; nothing before that is known. */
export function lineCount({ data }: Resource<TaskStepPage>): string {
  return data ? count(data.total.value) : "";
}

/** The way to older log lines and back, where there are more than fit. */
function Pager({ page: { next_cursor: next, items, total } }: { page: TaskStepPage }): JSX.Element | null {
  const isLatest = param(CURSOR) === "";
  if (!next && isLatest) return null;
  const go = (cursor: string) => setParams({ [CURSOR]: cursor }, { replace: false });
  return (
    <footer class="pager">
      <p>
        {count(items.length)} of {plural(total.value, "log line")}
      </p>
      <Button icon="left" refused={next ? null : "these are the oldest that are kept"} onClick={() => go(next ?? "")}>
        Older
      </Button>
      <Button icon="right" refused={isLatest ? "these are the latest" : null} onClick={() => go("")}>
        Latest
      </Button>
    </footer>
  );
}

function at(step: Pick<TaskStep, "at">): JSX.Element {
  return <time dateTime={step.at}>{clockTime(momentOf(step.at) ?? 0, isUtc.value)}</time>;
}

const TAIL = 8;

/** The last log lines, where there are any. */
export function Tail({ lines }: { lines: Resource<TaskStepPage> }): JSX.Element | null {
  const last = inOrder(lines).slice(-TAIL);
  if (last.length === 0) return null;
  return (
    <section>
      <h2>Latest log lines</h2>
      <div class="log" tabIndex={0} role="region" aria-label="Latest log lines">
        <Lines steps={last} />
      </div>
    </section>
  );
}

function Lines({ steps }: { steps: readonly TaskStep[] }): JSX.Element {
  return (
    <>
      {steps.map((step) => (
        <p key={step.number} class={`level-${(step.line?.level ?? "").toLowerCase()}`}>
          {at(step)} <b>{step.line?.level}</b> <i>{step.line?.logger}</i> <span>{step.line?.message}</span>
        </p>
      ))}
    </>
  );
}

export function Log({ id, latest }: { id: string; latest: Resource<TaskStepPage> }): JSX.Element {
  const shown = useShownLines(id, latest);
  const box = useRef<HTMLDivElement>(null);
  const lines = inOrder(shown);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.length]);
  const note = () => {
    const element = box.current;
    if (element) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 30;
  };
  return (
    <Content resource={shown}>
      {(page) => (
        <>
          {lines.length === 0 ? (
            <Empty icon="table" title="No log lines">
              <p>
                What a task logs through <code>logging</code> appears here.
              </p>
            </Empty>
          ) : (
            <div class="log" ref={box} onScroll={note} tabIndex={0} role="region" aria-label="Log lines">
              <Lines steps={lines} />
            </div>
          )}
          <Pager page={page} />
        </>
      )}
    </Content>
  );
}

/** Where no steps are kept, the moments that the task itself knows stand for them. */
export function knownSteps(task: Pick<Task, "transitions">): TaskStep[] {
  return task.transitions.map(({ at: moment, status, attempt }, index) => ({
    number: index + 1,
    at: moment,
    attempt,
    status,
    progress: null,
    line: null,
  }));
}

/** Who brought the task to a status, or told of it: the worker of that attempt, else the control plane. */
export function actorOf(task: Task, { attempt, status }: Pick<TaskStep, "attempt" | "status">): string {
  const own = task.transitions.find((one) => one.attempt === attempt && one.status === status);
  if (own || status !== null) return own?.worker_id ?? "control plane";
  return attemptsOf(task).find(({ number }) => number === attempt)?.worker_id ?? "";
}

export interface StepRow {
  key: string;
  number: number | null;
  at: string;
  attempt: number | null;
  by: string;
  what: TaskStep | TakenAction;
}

/** The steps of a task and what people did with it, in order; an action has no number. */
export function rowsOf(task: Task, steps: readonly TaskStep[]): StepRow[] {
  const rows = steps.map((step) => ({
    key: `step ${step.number}`,
    number: step.number,
    at: step.at,
    attempt: step.attempt,
    by: actorOf(task, step),
    what: step,
  }));
  const taken = task.taken_actions.map((action, index) => ({
    key: `action ${index}`,
    number: null,
    at: action.at,
    attempt: null,
    by: action.by,
    what: action,
  }));
  // What somebody did comes before what came of it at the same moment: so it is told first.
  return [...taken, ...rows].sort((one, other) => (momentOf(one.at) ?? 0) - (momentOf(other.at) ?? 0));
}

/** Numbers are those of steps that are kept. */
const unnumbered = (row: StepRow): StepRow => ({ ...row, number: null });

function What({ what }: { what: TaskStep | TakenAction }): JSX.Element {
  if ("action" in what) return <ActionText taken={what} />;
  return what.status ? <Status status={what.status} /> : <ProgressText step={what} />;
}

/** What somebody did; a new task that it led to is a link. */
function ActionText({ taken: { action, before, after } }: { taken: TakenAction }): JSX.Element {
  if (action === "submit") return <>submitted</>;
  if (action === "rerun")
    return (
      <>
        run again as{" "}
        <a href={urlOf("tasks", after)}>
          <code>{after}</code>
        </a>
      </>
    );
  return (
    <>
      {action}: {before} → {after}
    </>
  );
}

/** All steps but the log lines, with what people did among them; they fit on one page. */
export function Steps({ task, topics }: { task: Task; topics: readonly string[] }): JSX.Element {
  const steps = useSteps(task.id, topics);
  const told = inOrder(steps);
  const kept = told.length > 0 ? rowsOf(task, told) : rowsOf(task, knownSteps(task)).map(unnumbered);
  return (
    <Content resource={steps}>
      {() =>
        kept.length === 0 ? (
          <Empty icon="clock" title="No steps are kept">
            <p>Tasks that run once, say nothing and are not followed have none.</p>
          </Empty>
        ) : (
          <div class="table-wrap">
            <table class="data" role="table">
              <caption class="offscreen">Steps</caption>
              <thead role="rowgroup">
                <tr role="row">
                  <th role="columnheader">No.</th>
                  <th role="columnheader">Time</th>
                  <th role="columnheader">Attempt</th>
                  <th role="columnheader">By</th>
                  <th role="columnheader" class="wide">
                    What
                  </th>
                </tr>
              </thead>
              <tbody role="rowgroup">
                {kept.map((row) => (
                  <tr role="row" key={row.key}>
                    <td role="cell" data-label="No.">
                      {row.number}
                    </td>
                    <td role="cell" data-label="Time">
                      {at(row)}
                    </td>
                    <td role="cell" data-label="Attempt">
                      {row.attempt}
                    </td>
                    <td role="cell" data-label="By">
                      {row.by}
                    </td>
                    <td role="cell" data-label="What">
                      <What what={row.what} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Content>
  );
}

function ProgressText({ step: { progress } }: { step: TaskStep }): JSX.Element {
  if (!progress) return <></>;
  const share = progress.total ? `${progress.done} of ${progress.total}` : String(progress.done);
  return (
    <>
      progress {share} {progress.message}
    </>
  );
}
