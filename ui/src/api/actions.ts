// Everything that a person can do, as calls of the API.
import { request } from "./http";
import type {
  BulkAction,
  BulkCount,
  BulkFilter,
  Cancelled,
  Deleted,
  ErrorGroup,
  Function as TaskFunction,
  LimitsRequest,
  MadeDue,
  Operation,
  PauseRequest,
  PrioritySet,
  Queue,
  SessionState,
  Submitted,
  TaskPriority,
  TaskSubmission,
  Worker,
} from "./types";

const segment = encodeURIComponent;

async function post<T>(path: string, body: unknown = undefined, headers: Record<string, string> = {}): Promise<T> {
  const reply = await request<T>(path, { method: "POST", body, headers });
  return reply.body as T;
}

/** Submit a call. A repeated press of the button with the same key submits it once. */
export function submit(submission: Partial<TaskSubmission>, idempotencyKey: string): Promise<Submitted> {
  return post("tasks", submission, { "idempotency-key": idempotencyKey });
}

export function cancelTask(id: string): Promise<Cancelled> {
  return post(`tasks/${segment(id)}/actions/cancel`);
}

/** Submit the same call again, as a new task. */
export function retryTask(id: string): Promise<Submitted> {
  return post(`tasks/${segment(id)}/actions/retry`);
}

/** Submit an edited call, as a new task that names this one as its origin. */
export function rerunTask(id: string, submission: Partial<TaskSubmission>): Promise<Submitted> {
  return post(`tasks/${segment(id)}/actions/rerun`, submission);
}

/** Have a task forgotten that has ended. */
export function deleteTask(id: string): Promise<Deleted> {
  return post(`tasks/${segment(id)}/actions/delete`);
}

/** Have a waiting task start in the order of another priority. */
export function setPriority(id: string, priority: TaskPriority): Promise<PrioritySet> {
  return post(`tasks/${segment(id)}/actions/priority`, { priority });
}

/** Have a scheduled task wait for a worker at once. */
export function runTaskNow(id: string): Promise<MadeDue> {
  return post(`tasks/${segment(id)}/actions/run-now`);
}

/** Either some tasks by id, or all that match a filter. */
export type Selection = { ids: readonly string[] } | { filter: Partial<BulkFilter> };

/** What is to be done; the priority is for the action that sets one. */
export interface Bulk {
  action: BulkAction;
  priority?: TaskPriority;
}

export function countBulk(bulk: Bulk, selection: Selection): Promise<BulkCount> {
  return post("tasks/bulk", { ...bulk, ...selection, dry_run: true });
}

/** Do it, if there are still as many as the person has agreed to. */
export function startBulk(bulk: Bulk, selection: Selection, expected: number): Promise<Operation> {
  return post("tasks/bulk", { ...bulk, ...selection, expected_count: expected });
}

export function cancelOperation(id: string): Promise<Operation> {
  return post(`operations/${segment(id)}/cancel`);
}

const only = (version: string) => ({ "if-match": `"${version}"` });

/** Pause what has been seen; when somebody else was quicker, the API says so. */
export function pauseQueue(priority: string, pause: Partial<PauseRequest>, version: string): Promise<Queue> {
  return post(`queues/${segment(priority)}/pause`, pause, only(version));
}

export function resumeQueue(priority: string, version: string): Promise<Queue> {
  return post(`queues/${segment(priority)}/resume`, undefined, only(version));
}

/** Say how much may run of what has been seen. */
export async function limitQueue(priority: string, limits: LimitsRequest, version: string): Promise<Queue> {
  const path = `queues/${segment(priority)}/limits`;
  const reply = await request<Queue>(path, { method: "PUT", body: limits, headers: only(version) });
  return reply.body as Queue;
}

export function pauseFunction(name: string, pause: Partial<PauseRequest>, version: string): Promise<TaskFunction> {
  return post(`functions/${segment(name)}/pause`, pause, only(version));
}

export function resumeFunction(name: string, version: string): Promise<TaskFunction> {
  return post(`functions/${segment(name)}/resume`, undefined, only(version));
}

export function countPurge(priority: string): Promise<BulkCount> {
  return post(`queues/${segment(priority)}/purge`, { dry_run: true });
}

/** Cancel all that waits, if there are still as many as the person has agreed to. */
export function startPurge(priority: string, expected: number): Promise<Operation> {
  return post(`queues/${segment(priority)}/purge`, { expected_count: expected, name: priority });
}

/** What can be said of a group of failures. */
export type ErrorWord = "seen" | "mute" | "unmute";

export function sayOfError(fingerprint: string, word: ErrorWord): Promise<ErrorGroup> {
  return post(`errors/${segment(fingerprint)}/${word}`);
}

export function drainWorker(id: string): Promise<Worker> {
  return post(`workers/${segment(id)}/drain`);
}

/** What still runs after so many seconds is lost. */
export function shutDownWorker(id: string, drainSeconds: number): Promise<Worker> {
  return post(`workers/${segment(id)}/shutdown`, { drain_seconds: drainSeconds });
}

/** Ask a worker that drains to stay; it says whether it could by its state. */
export function resumeWorker(id: string): Promise<Worker> {
  return post(`workers/${segment(id)}/resume`);
}

export function resizeWorker(id: string, slots: number): Promise<Worker> {
  return post(`workers/${segment(id)}/resize`, { slots });
}

export function logIn(proof: { token: string } | { once: string }): Promise<SessionState> {
  return post("session", proof);
}

export async function logOut(): Promise<void> {
  await request("session", { method: "DELETE" });
}
