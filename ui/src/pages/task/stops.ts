// The line of states of a task: what it has been in, what its earlier attempts came to, what it is in.
import type { Attempt, Task } from "../../api/types";
import type { IconName } from "../../components/icons";
import { isFinal } from "../../components/status";
import { duration } from "../../format/numbers";
import { fullTime, momentOf } from "../../format/times";

/** So many earlier attempts stand each for itself; of more, all but the last stand together. */
const ALONE = 2;

export interface Stop {
  label: string;
  icon: IconName;
  at: number | null;
  note: string;
  tone: string;
  worker?: string;
}

interface Seen {
  task: Task;
  nowAt: number;
  isUtc: boolean;
}

/** The stops in order. */
export function stopsOf(task: Task, nowAt: number, isUtc = false): Stop[] {
  const seen = { task, nowAt, isUtc };
  const current = currentOf(task);
  const earlier = task.history.filter((one) => one !== current);
  const submitted = { label: "submitted", icon: "send" as const, at: momentOf(task.submitted_at), note: "", tone: "" };
  return [
    submitted,
    ...delayOf(seen),
    ...attemptStops(earlier),
    ...waitOf(seen, earlier),
    ...runOf(seen, current),
    ...endOf(task),
  ];
}

/** The attempt that the task is in, or that was its end; none while it waits for another. */
function currentOf({ history, status }: Task): Attempt | undefined {
  const last = history.at(-1);
  return last && (last.status === "running" || (isFinal(status) && last.status === status)) ? last : undefined;
}

const until = (at: number, { isUtc }: Seen) => fullTime(at, isUtc);

/** How long it was delayed: shorter than agreed, if somebody had it run before its time. */
function delayAfterAll({ delay_seconds, waited_seconds }: Task["terms"]): number {
  return waited_seconds ?? delay_seconds ?? 0;
}

function delayOf(seen: Seen): Stop[] {
  const { submitted_at, status, due_at, terms, attempts } = seen.task;
  const from = momentOf(submitted_at);
  const delay = delayAfterAll(terms);
  if (!delay || from === null) return [];
  const due = momentOf(due_at);
  const isNow = status === "scheduled" && attempts === 0;
  const at = isNow && due !== null ? due : from + delay * 1000;
  return [scheduled(isNow ? `due ${until(at, seen)}` : `until ${until(at, seen)}`, from, isNow)];
}

function scheduled(note: string, at: number | null, isNow: boolean): Stop {
  return { label: "scheduled", icon: "clock", at, note, tone: isNow ? "now" : "" };
}

function attemptStops(earlier: readonly Attempt[]): Stop[] {
  const more = earlier.length > ALONE ? earlier.length - 1 : 0;
  const others: Stop = { label: `${more} earlier attempts`, icon: "retry", at: null, note: "", tone: "tried" };
  return [...(more > 0 ? [others] : []), ...earlier.slice(more).map(attemptStop)];
}

function attemptStop({ number, status, worker_id, started_at, run_seconds }: Attempt): Stop {
  const note = `${status}${run_seconds === null ? "" : ` after ${duration(run_seconds)}`}`;
  return { label: `attempt ${number}`, icon: "retry", at: momentOf(started_at), note, tone: "tried", worker: worker_id };
}

/** What it waits for, or waited for last: its next attempt, or a worker. */
function waitOf(seen: Seen, earlier: readonly Attempt[]): Stop[] {
  const { task, nowAt } = seen;
  const queued = momentOf(task.queued_at);
  if (task.status === "scheduled") {
    const due = momentOf(task.due_at);
    return earlier.length > 0 ? [scheduled(due === null ? "" : `due ${until(due, seen)}`, null, true)] : [];
  }
  if (isFinal(task.status) && !currentOf(task) && !hasQueued(task, earlier)) return [];
  const isNow = task.status === "queued";
  const waited = task.wait_seconds ?? (queued === null ? null : (nowAt - queued) / 1000);
  const note = isNow || currentOf(task) ? duration(waited) : "";
  return [{ label: task.is_held ? "held" : "queued", icon: "stack", at: queued, note, tone: isNow ? "now" : "" }];
}

/** True when a task that ended while it waited did wait for a worker, not for its time or its next attempt. */
function hasQueued({ submitted_at, queued_at, finished_at, terms }: Task, earlier: readonly Attempt[]): boolean {
  const queued = momentOf(queued_at) ?? Infinity;
  const due = (momentOf(submitted_at) ?? 0) + delayAfterAll(terms) * 1000;
  const tried = momentOf(earlier.at(-1)?.started_at ?? null) ?? 0;
  return queued >= due && queued > tried && queued <= (momentOf(finished_at) ?? 0);
}

function runOf({ task, nowAt }: Seen, current: Attempt | undefined): Stop[] {
  const started = momentOf(current?.started_at ?? null);
  if (!current || started === null) return [];
  const isNow = task.status === "running";
  const seconds = isNow ? Math.round((nowAt - started) / 1000) : current.run_seconds;
  return [
    {
      label: isNow && task.is_cancelling ? "stopping" : current.number > 1 ? `running, attempt ${current.number}` : "running",
      icon: "play",
      at: started,
      note: seconds === null ? "" : duration(seconds),
      tone: isNow ? "now" : "",
      worker: current.worker_id,
    },
  ];
}

function endOf({ status, finished_at }: Task): Stop[] {
  if (!isFinal(status)) return [];
  return [{ label: status, icon: "dot", at: momentOf(finished_at), note: "", tone: `end ${status}` }];
}
