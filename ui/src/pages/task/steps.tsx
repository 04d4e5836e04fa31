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
const CURSOR = "cursor"; // in the URL: which of the older steps are shown

/** Add steps that are not there yet, the newest first. When there are many, the newest are asked for anew. */
export function withSteps(page: TaskStepPage | null, steps: readonly TaskStep[]): TaskStepPage | undefined {
  if (!page) return undefined;
  const last = page.items[0]?.number ?? 0;
  const added = steps.filter(({ number }) => number > last).reverse();
  if (page.items.length + added.length > MOST) return undefined;
  return added.length ? { ...page, items: [...added, ...page.items] } : page;
}

const apply = (event: LiveEvent, page: TaskStepPage | null) => withSteps(page, (event.data as TaskEvent).steps ?? []);

function pathOf(id: string, cursor: string): string {
  return `tasks/${encodeURIComponent(id)}/events?${queryOf({ order: "newest", limit: String(PAGE_SIZE), cursor })}`;
}

/** The latest steps, as they come; the newest first. */
export function useSteps(id: string, topics: readonly string[]): Resource<TaskStepPage> {
  return useResource<TaskStepPage>(pathOf(id, ""), { topics, apply });
}

/** The steps that are to be shown: the latest, or older ones that somebody went back to. */
export function useShownSteps(id: string, latest: Resource<TaskStepPage>): Resource<TaskStepPage> {
  const cursor = param(CURSOR);
  const older = useResource<TaskStepPage>(cursor ? pathOf(id, cursor) : null);
  return cursor ? older : latest;
}

/** Steps in the order in which they came. */
function inOrder(steps: Resource<TaskStepPage>): TaskStep[] {
  return [...(steps.data?.items ?? [])].reverse();
}

/** How many log lines there are, as far as that is known: "180+" where there are older steps. */
export function lineCount({ data }: Resource<TaskStepPage>): string {
  const lines = data?.items.filter(({ line }) => line).length ?? 0;
  return `${lines}${data?.next_cursor ? "+" : ""}`;
}

/** The way to older steps and back, where there are more than fit. */
function Pager({ page: { next_cursor: next, items, total } }: { page: TaskStepPage }): JSX.Element | null {
  const isLatest = param(CURSOR) === "";
  if (!next && isLatest) return null;
  const go = (cursor: string) => setParams({ [CURSOR]: cursor }, { replace: false });
  return (
    <footer class="pager">
      <p>
        {count(items.length)} of {plural(total.value, "step")}
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
export function Tail({ steps }: { steps: Resource<TaskStepPage> }): JSX.Element | null {
  const lines = inOrder(steps).filter(({ line }) => line).slice(-TAIL);
  if (lines.length === 0) return null;
  return (
    <section>
      <h2>Latest log lines</h2>
      <div class="log" tabIndex={0} role="region" aria-label="Latest log lines">
        <Lines steps={lines} />
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

export function Log({ steps }: { steps: Resource<TaskStepPage> }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const lines = inOrder(steps).filter(({ line }) => line);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.length]);
  const note = () => {
    const element = box.current;
    if (element) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 30;
  };
  return (
    <Content resource={steps}>
      {(page) => (
        <>
          {lines.length === 0 ? (
            <Empty icon="table" title={page.total.value > page.items.length ? "No log lines here" : "No log lines"}>
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

export function Steps({ steps, task }: { steps: Resource<TaskStepPage>; task: Task }): JSX.Element {
  const told = inOrder(steps).filter(({ line }) => !line);
  const kept = rowsOf(task, told.length > 0 ? told : knownSteps(task));
  return (
    <Content resource={steps}>
      {(page) => (
        <>
          {kept.length === 0 ? (
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
          )}
          <Pager page={page} />
        </>
      )}
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
