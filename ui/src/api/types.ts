// Made from the models of the API by scripts/dashboard-types. Do not edit: a test compares.

/** One try: how long the task waited before it, how it went, and when it was to be tried again. */
export interface Attempt {
  number: number;
  worker_id: string;
  wait_seconds: number | null;
  started_at: Moment;
  finished_at: Moment | null;
  run_seconds: number | null;
  status: TaskStatus;
  error: ErrorDetail | null;
  next_due_at: Moment | null;
}

/** The attempts of a task, the first kept one first. */
export interface AttemptPage {
  items: Attempt[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** Something that a person should look at; `target` is an id of the kind's resource, if there is one. */
export interface Attention {
  kind: "failing" | "paused" | "stuck" | "no-worker" | "queue-full" | "worker-lost" | "draining" | "loop-blocked" | "blind" | "unseen";
  message: string;
  target: string | null;
  count: number;
}

/** One thing that was done, or refused, through this API. */
export interface AuditEntry {
  id: number;
  at: Moment;
  actor: string;
  role: string;
  remote: string;
  action: string;
  target: string;
  before: string;
  after: string;
  /** Why it was not done; empty when it was. */
  refusal: string;
}

/** `audit`: what was just done. */
export interface AuditEvent {
  topic: "audit";
  entries: AuditEntry[];
}

/** What was done, the newest first. */
export interface AuditPage {
  items: AuditEntry[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** The wait before the next attempt: so many seconds first, then `factor` times as long, up to `maximum` seconds.
 * 
 * The part `jitter` of each wait (0 to 1) is left to chance. */
export interface Backoff {
  initial: number;
  factor: number;
  maximum: number;
  jitter: number;
}

/** So many durations were longer than `above_seconds`, and at most `below_seconds` (None: without a bound). */
export interface Bar {
  above_seconds: number;
  below_seconds: number | null;
  count: number;
  /** How many of them are of attempts that were not the first of their task. */
  later: number;
}

export type BulkAction = "cancel" | "retry" | "priority" | "delete";

/** What a bulk request would do: the tasks it is for, and those of them that the action is possible for now. */
export interface BulkCount {
  matching: number;
  possible: number;
}

/** Tasks by what they are; several values of one kind are alternatives. */
export interface BulkFilter {
  status?: TaskStatus[];
  priority?: TaskPriority[];
  name?: string[];
  worker?: string[];
  tag?: string[];
  fingerprint?: string | null;
  since?: Moment | null;
  until?: Moment | null;
  q?: string;
  parent?: string[];
  origin?: string[];
  /** Arguments by their paths, compared as text: `{"user.id": "7"}`. */
  args?: Record<string, string>;
}

/** One action on many tasks: either `ids` or `filter`.
 * 
 * With `dry_run` nothing is done but counting. `expected_count` is the count that a person has agreed to: when it
 * is another by now, nothing is done (409). */
export interface BulkRequest {
  action: BulkAction;
  ids?: TaskId[] | null;
  filter?: BulkFilter | null;
  /** The one to set; for `priority` only. */
  priority?: TaskPriority | null;
  expected_count?: number | null;
  dry_run?: boolean;
}

/** `bye`, the last of a stream: the control plane stops, or the session has ended. */
export interface ByeEvent {
  reason: "stopping" | "logged-out";
}

/** What became of a request to cancel: `stopping` says that its worker was told to end it. */
export interface Cancelled {
  id: string;
  outcome: "cancelled" | "stopping" | "finished";
}

/** The settings in force. */
export interface Config {
  settings: Setting[];
}

/** The task that is not remembered any more, and how it had ended. */
export interface Deleted {
  id: string;
  status: TaskStatus;
}

/** How many tasks wait in a priority. */
export interface Depth {
  priority: TaskPriority;
  depth: number;
}

/** An error with the traceback of the worker; empty when there was none. */
export interface ErrorDetail {
  type: string;
  message: string;
  traceback: string;
  /** The frames of the traceback whose locals its worker told (--show-locals), in its order. */
  frames: Frame[];
  /** The group of equal errors that it belongs to. */
  fingerprint: string | null;
}

/** Equal failures. */
export interface ErrorGroup {
  fingerprint: string;
  error_type: string;
  /** Of the latest failure. */
  message: string;
  /** Where it was raised; empty when there was no traceback. */
  frame: string;
  count: number;
  /** How many of them were tried again. */
  retried: number;
  tasks: FailedTasks;
  /** How many of them nobody has said to have seen. */
  new: number;
  /** Who said last that these failures were seen. */
  seen: Word | null;
  /** Who said that nobody is to be told of them. */
  muted: Word | null;
  first_seen_at: Moment;
  last_seen_at: Moment;
  functions: string[];
  workers: string[];
  sample_task_id: string;
  /** Failures per minute of the last hour, oldest first. */
  history: number[];
}

/** Equal failures, with the traceback of the latest. */
export interface ErrorGroupDetail {
  fingerprint: string;
  error_type: string;
  /** Of the latest failure. */
  message: string;
  /** Where it was raised; empty when there was no traceback. */
  frame: string;
  count: number;
  /** How many of them were tried again. */
  retried: number;
  tasks: FailedTasks;
  /** How many of them nobody has said to have seen. */
  new: number;
  /** Who said last that these failures were seen. */
  seen: Word | null;
  /** Who said that nobody is to be told of them. */
  muted: Word | null;
  first_seen_at: Moment;
  last_seen_at: Moment;
  functions: string[];
  workers: string[];
  sample_task_id: string;
  /** Failures per minute of the last hour, oldest first. */
  history: number[];
  traceback: string;
  /** The latest tasks, newest first; as far as they are remembered. */
  task_ids: string[];
}

/** The groups, the latest failure first. */
export interface ErrorGroupPage {
  items: ErrorGroup[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** An error in one line. */
export interface ErrorSummary {
  type: string;
  message: string;
}

/** `errors`: groups in which something new has failed, or of which somebody has said something. */
export interface ErrorsEvent {
  topic: "errors";
  changed: ErrorGroup[];
}

/** An event as JSON, for those who do not stream. */
export interface Event {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** Events after the one that was asked from; `is_reset` says that some are missing. */
export interface EventList {
  items: Event[];
  last_id: string;
  is_reset: boolean;
}

/** The tasks that failed in one way, each counted once, by what has become of them.
 * 
 * Those that have ended are counted also when they are not remembered any more. */
export interface FailedTasks {
  /** They wait for their next attempt, or run again. */
  trying: number;
  /** They were tried again, and ended in success. */
  success: number;
  failure: number;
  lost: number;
  cancelled: number;
  expired: number;
}

/** A frame of the application's own code in a traceback, with its locals. */
export interface Frame {
  file: string;
  line: number;
  function: string;
  locals: LocalVariable[];
}

/** A task function and how it does. What its code says is None when only workers have it.
 * 
 * Counts are since the start, seconds of the last five to ten minutes. */
export interface Function {
  name: string;
  is_here: boolean;
  module: string | null;
  doc: string | null;
  signature: string | null;
  priority: TaskPriority | null;
  retries: number | null;
  timeout_seconds: number | null;
  /** Of its tasks, unless they are submitted with others. */
  tags: string[];
  isolation: string | null;
  is_async: boolean | null;
  workers: string[];
  queued: number;
  running: number;
  succeeded: number;
  failed: number;
  retried: number;
  failure_ratio: number | null;
  /** Attempts that ended, however they did, over the last minute. */
  ended_per_second: number;
  run_seconds: Percentiles;
  pause: Pause | null;
  /** Of the pause: what is sent as If-Match, so that nobody's pause is overwritten. */
  version: string;
}

/** A task function with what it takes.
 * 
 * `parameters` is a JSON Schema (2020-12) of an object by parameter name; None when only workers have the function:
 * then its arguments are given as JSON. The rest of positional arguments is called `*name`, of keywords `**name`. */
export interface FunctionDetail {
  name: string;
  is_here: boolean;
  module: string | null;
  doc: string | null;
  signature: string | null;
  priority: TaskPriority | null;
  retries: number | null;
  timeout_seconds: number | null;
  /** Of its tasks, unless they are submitted with others. */
  tags: string[];
  isolation: string | null;
  is_async: boolean | null;
  workers: string[];
  queued: number;
  running: number;
  succeeded: number;
  failed: number;
  retried: number;
  failure_ratio: number | null;
  /** Attempts that ended, however they did, over the last minute. */
  ended_per_second: number;
  run_seconds: Percentiles;
  pause: Pause | null;
  /** Of the pause: what is sent as If-Match, so that nobody's pause is overwritten. */
  version: string;
  parameters: Record<string, unknown> | null;
  /** How long attempts ran since the start; each bound doubles the last. */
  run_histogram: Bar[];
}

/** The task functions by name. */
export interface FunctionPage {
  items: Function[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** Alive, or ready to take tasks. */
export interface Health {
  status: "ok";
}

/** `hello`, the first of each stream. `seq` is the number of the latest event. */
export interface HelloEvent {
  boot: string;
  seq: number;
  version: string;
  is_read_only: boolean;
  topics: string[];
}

/** The event stream: who listens, and what was sent, replayed, or dropped because a listener was too slow. */
export interface HubState {
  clients: number;
  published: number;
  kept: number;
  resets: number;
}

/** How much of a queue may run: both are said, and take the place of what was; null: any number. */
export interface LimitsRequest {
  at_once: number | null;
  per_second: number | null;
}

/** A local variable of a frame; `value` is the beginning of its `repr`. */
export interface LocalVariable {
  name: string;
  value: string;
}

/** A log record of a task. */
export interface LogLine {
  level: string;
  logger: string;
  message: string;
}

/** A task that was scheduled, and what it is since somebody wants it now. */
export interface MadeDue {
  id: string;
  status: TaskStatus;
}

/** How many of the tasks that fit are in each status; of those in `at_least` there may be more. */
export interface MatchingCounts {
  scheduled: number;
  queued: number;
  running: number;
  success: number;
  failure: number;
  cancelled: number;
  lost: number;
  expired: number;
  /** Counting these was given up: they are too many to be looked at. */
  at_least: TaskStatus[];
  /** How many tasks were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

export type Moment = string;

/** A bulk action under way, or done. Item results are kept up to a bound, the failures first. */
export interface Operation {
  id: string;
  action: OperationAction;
  /** The queue that is purged; else empty. */
  name: string;
  /** The one that is set, if one is. */
  priority: TaskPriority | null;
  state: "waiting" | "running" | "done" | "cancelled" | "failed";
  total: number;
  done: number;
  succeeded: number;
  refused: number;
  /** How many tasks got each answer. */
  answers: Record<string, number>;
  created_at: Moment;
  finished_at: Moment | null;
  created_by: string;
  items: OperationItem[];
}

export type OperationAction = BulkAction | "purge";

/** What became of one task; `new_id` is the task that runs it again. */
export interface OperationItem {
  id: string;
  outcome: string;
  new_id: string | null;
}

/** Bulk actions, the newest first. */
export interface OperationPage {
  items: Operation[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** `operations`: bulk actions that have come further. */
export interface OperationsEvent {
  topic: "operations";
  changed: Operation[];
}

/** What the control plane does now. Rates and percentiles are of the last minute. */
export interface Overview {
  epoch: string;
  version: string;
  started_at: Moment;
  /** Of the tasks that are remembered. */
  counts: TaskCounts;
  /** Ends since the start, by status. */
  finished_in_all: Record<string, number>;
  depths: Depth[];
  slots: number;
  /** Of the slots, the free ones of workers that are given nothing now. */
  standby_slots: number;
  busy_slots: number;
  stuck_slots: number;
  workers: number;
  /** That were lost in the last 5 minutes, and whose ids have not come back. */
  workers_lost: number;
  /** The number of the latest move of a worker; 0 before the first. */
  last_worker_move: number;
  submitted_per_second: number;
  finished_per_second: number;
  failed_per_second: number;
  failure_ratio: number | null;
  oldest_queued_at: Moment | null;
  wait_seconds: Percentiles;
  run_seconds: Percentiles;
  loop_lag_seconds: number | null;
  memory_bytes: number;
  /** Groups of failures that nobody has seen, and nobody has muted. */
  new_errors: number;
  is_draining: boolean;
  attention: Attention[];
  as_of: Moment;
}

/** `overview`: the numbers of now, once per second, and the newest row of the series of 15 minutes, also of those of
 * each priority. */
export interface OverviewEvent {
  topic: "overview";
  overview: Overview;
  /** Unix seconds, the end of the newest step of the series. */
  at: number | null;
  row: Record<string, number | null>;
}

/** Who holds back tasks, why, and until when (None: until somebody resumes). */
export interface Pause {
  paused_at: Moment;
  paused_by: string;
  reason: string;
  until: Moment | null;
}

/** Hold back tasks; those that run go on. `seconds` says when to resume by itself. */
export interface PauseRequest {
  reason?: string;
  seconds?: number | null;
}

/** Arguments or a result as JSON values.
 * 
 * Beyond the bound for pages, `value` is left out and `is_truncated` says so; `raw` gives all of it. Whole numbers
 * that a browser cannot hold (beyond 2**53) are given as {"$int": "…"}. */
export interface Payload {
  value: unknown;
  /** The beginning of a payload that is too large, or no JSON. */
  text: string | null;
  /** Bytes. */
  size: number;
  sha256: string;
  is_truncated: boolean;
  /** Something in it must not be shown, and it cannot be searched. */
  is_hidden: boolean;
}

/** Of the seconds that were seen lately; None when nothing was.
 * 
 * What is shorter than 1.6 µs is not told apart: a percentile of at most 0.0000015625 means that it is below that. */
export interface Percentiles {
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  longest: number | null;
}

/** Somebody gave a waiting task another priority. */
export interface PriorityChange {
  at: Moment;
  before: TaskPriority;
  after: TaskPriority;
  by: string;
}

/** The priority that a waiting task is to have. */
export interface PriorityRequest {
  priority: TaskPriority;
}

/** The priority that a task has now, and the one that it had. */
export interface PrioritySet {
  id: string;
  before: TaskPriority;
  priority: TaskPriority;
}

/** What went wrong. `type` names the kind for ever; `detail` is for people. */
export interface Problem {
  /** A reference that names the kind of problem, such as /problems/not-found. */
  type: string;
  title: string;
  status: number;
  detail: string;
  /** The id of this request, as in the X-Request-Id header. */
  instance: string;
  errors?: ProblemError[];
  /** The state that stands in the way (409). */
  current_status?: string | null;
  /** The role that this needs (403). */
  missing_right?: string | null;
}

/** One thing that is wrong: a member of the body (`pointer`, RFC 6901) or a parameter of the request. */
export interface ProblemError {
  message: string;
  pointer?: string | null;
  parameter?: string | null;
}

/** How far an attempt has come, in the task's own unit, or in words. */
export interface Progress {
  done: number;
  total: number | null;
  message: string;
}

/** Cancel everything that waits in a queue: to be said with the count of a dry run, and the name of the queue. */
export interface PurgeRequest {
  dry_run?: boolean;
  expected_count?: number | null;
  /** The queue, once more. */
  name?: string | null;
}

/** One priority: what waits, how fast it comes and goes over the last minute, and when it will be empty. */
export interface Queue {
  priority: TaskPriority;
  depth: number;
  /** Leased to workers: what counts for the limit of how many run at once. */
  running: number;
  scheduled: number;
  oldest_queued_at: Moment | null;
  in_per_second: number;
  out_per_second: number;
  /** None when it grows, does not move, is paused, or was paused or under other limits meanwhile. */
  drained_in_seconds: number | null;
  /** The depth over the last five minutes, oldest first. */
  depth_history: number[];
  pause: Pause | null;
  limits: QueueLimits | null;
  /** Which of its limits its waiting tasks wait for now. None when none wait, or something else holds back all: a pause, of their functions too, or the end of a control plane that is stopping. */
  limited_by: "at_once" | "per_second" | null;
  /** Of the pause: what is sent as If-Match with a pause or its end, so that nobody's is overwritten. */
  version: string;
  /** Of the limits: what is sent as If-Match with others. */
  limits_version: string;
}

/** How much of a priority may run, and who says so since when. */
export interface QueueLimits {
  /** None: any number. */
  at_once: number | null;
  /** How many start per second. None: any number. */
  per_second: number | null;
  set_at: Moment;
  set_by: string;
}

/** The queues, the most urgent first. */
export interface QueuePage {
  items: Queue[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** `queues`: the four priorities. */
export interface QueuesEvent {
  topic: "queues";
  queues: Queue[];
}

export type Range = "15m" | "1h" | "2h" | "6h" | "24h";

/** A task that this one comes from, as far as it is `remembered`.
 * 
 * Of one that is `forgotten` its page says that it has ended (410), of one that is `unknown` that no such task was
 * ever seen (404). */
export interface Relative {
  id: string;
  state: "remembered" | "forgotten" | "unknown";
  name: string | null;
  status: TaskStatus | null;
}

/** `reset`: what was shown is too old to be brought up to date by events; ask for everything again. */
export interface ResetEvent {
  boot: string;
  seq: number;
  reason: "other-boot" | "gap" | "overflow";
}

/** How many tasks the worker is to run at once, for as long as its process lives. */
export interface ResizeRequest {
  /** At most --max-slots of the control plane. */
  slots: number;
}

export type Role = "viewer" | "operator" | "admin";

/** A tag, and how many remembered tasks have it. */
export interface SeenTag {
  tag: string;
  tasks: number;
}

/** Tags of remembered tasks, the most frequent first; of the newest tasks only when it `is_bounded`. */
export interface SeenTags {
  items: SeenTag[];
  is_bounded: boolean;
  /** How many tasks were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** History in columns: each has one value per moment of `at`, None where nothing was seen. */
export interface Series {
  range: Range;
  /** Of which queue it is; None: of all together. */
  priority: TaskPriority | null;
  step_seconds: number;
  /** Unix seconds, ends of the steps, oldest first. */
  at: number[];
  columns: Record<string, (number | null)[]>;
  as_of: Moment;
}

/** The token, or the one-time word of a login URL. */
export interface SessionRequest {
  token?: string | null;
  once?: string | null;
}

/** Who is asking, and what the role allows. */
export interface SessionState {
  actor: string;
  role: Role;
  is_read_only: boolean;
  method: "loopback" | "token" | "session" | "insecure" | "proxy";
  expires_at: Moment | null;
}

/** One setting in force; `value` is masked where it is a secret. */
export interface Setting {
  name: string;
  flag: string;
  environment: string;
  value: string;
  default: string;
  is_default: boolean;
  description: string;
}

/** How long the worker waits for what it runs. */
export interface ShutdownRequest {
  /** What still runs then is lost. */
  drain_seconds: number;
}

/** The task that was accepted. */
export interface Submitted {
  id: string;
  /** No connected worker can run it now. */
  is_waiting_for_worker: boolean;
}

/** What the control plane is and holds. */
export interface System {
  epoch: string;
  version: string;
  python: string;
  platform: string;
  pid: number;
  started_at: Moment;
  memory_bytes: number;
  loop_lag_seconds: number | null;
  client_address: string;
  worker_address: string;
  discovery_address: string;
  ends: TransportEnd[];
  sessions: number;
  superseded_reports: number;
  usage: Usage[];
  /** A finished task is remembered for so long, if there is room. */
  result_ttl_seconds: number;
  hub: HubState;
  versions: Record<string, string>;
  is_draining: boolean;
  /** What is shown is as of then: the dashboard failed to follow. */
  blind_since: Moment | null;
  blind_because: string;
  as_of: Moment;
}

export type Tag = string;

/** Somebody did something with the task; `before` and `after` are for people. */
export interface TakenAction {
  at: Moment;
  action: string;
  by: string;
  before: string;
  after: string;
}

/** Everything about a task. */
export interface Task {
  id: string;
  name: string;
  status: TaskStatus;
  priority: TaskPriority;
  worker_id: string | null;
  /** How many attempts have begun. */
  attempts: number;
  /** How many there may be: one more than the retries. */
  most_attempts: number;
  submitted_at: Moment;
  queued_at: Moment;
  /** When a scheduled task begins to wait for a worker. */
  due_at: Moment | null;
  expires_at: Moment | null;
  /** When the latest attempt was leased to its worker. */
  started_at: Moment | null;
  finished_at: Moment | null;
  wait_seconds: number | null;
  /** None until the attempt has ended. */
  run_seconds: number | null;
  error: ErrorSummary | null;
  progress: Progress | null;
  is_cancelling: boolean;
  /** Its priority or its task function is paused. */
  is_held: boolean;
  /** The task that this one runs again. */
  origin: string | null;
  /** The running task that submitted this one. */
  parent: string | null;
  /** What it can be found by, beside its name. */
  tags: string[];
  /** The first arguments as in a call, each as JSON. */
  arguments_preview: string;
  terms: TaskTerms;
  arguments: Payload;
  result: Payload | null;
  error_detail: ErrorDetail | null;
  history: Attempt[];
  transitions: Transition[];
  /** The latest, the oldest of them first. */
  priority_changes: PriorityChange[];
  /** What people did with it, and by which names, as far as that is on record, in order. */
  taken_actions: TakenAction[];
  /** The running task that submitted this one. */
  parent_task: Relative | null;
  /** The task that this one runs again. */
  origin_task: Relative | null;
  /** How many workers were lost with it. */
  losses: number;
  actions: TaskActionState[];
  /** A connected worker can run it. */
  has_worker: boolean;
  /** The trace that it was submitted in, as a `traceparent` names it, else that of its latest span. */
  trace_id: string | null;
  /** Where that trace can be looked at (--trace-url-template). */
  trace_url: string | null;
  /** How many spans of it have come; `/tasks/{id}/spans` has those that are kept. */
  spans: number;
  /** When the worker that runs it was heard of last, if it runs. */
  worker_heard_at: Moment | null;
}

export type TaskActionName = BulkAction | "rerun" | "run-now";

/** What can be done with a task now, and why not if it cannot. */
export interface TaskActionState {
  action: TaskActionName;
  is_possible: boolean;
  explanation: string;
}

/** How many tasks are remembered in each status. */
export interface TaskCounts {
  scheduled: number;
  queued: number;
  running: number;
  success: number;
  failure: number;
  cancelled: number;
  lost: number;
  expired: number;
}

/** `task`: a followed task as it is now, and its new steps; `topic` is `task:<id>`.
 * 
 * `task` is None when it is not remembered any more. */
export interface TaskEvent {
  topic: string;
  task: Task | null;
  steps: TaskStep[];
}

/** How many tasks were submitted in each of some equal steps of time, from `began_at` on.
 * 
 * `is_bounded` says that only the newest were looked at; then the picture begins where they do. */
export interface TaskHistogram {
  began_at: Moment;
  step_seconds: number;
  counts: number[];
  is_bounded: boolean;
  as_of: Moment;
}

export type TaskId = string;

/** A page of tasks. */
export interface TaskPage {
  items: TaskSummary[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** How urgent a task is; members are listed from the most urgent to the least. */
export type TaskPriority = "critical" | "high" | "normal" | "low";

/** A span that has ended, as the process that made it says: names, values and times are its own. */
export interface TaskSpan {
  number: number;
  attempt: number;
  /** None: it is the control plane's own. */
  worker_id: string | null;
  trace_id: string;
  span_id: string;
  /** Often a span that is not kept here: the submission, or one to come. */
  parent_id: string | null;
  name: string;
  started_at: Moment;
  seconds: number;
  status: "unset" | "ok" | "error";
  /** What was said with the status. */
  message: string;
  /** Those that fit into 1,000 characters, as text. */
  attributes: Record<string, string>;
}

/** Spans of a task in the order in which they came: those inside others first. Gaps in the numbers were let go. */
export interface TaskSpanPage {
  items: TaskSpan[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** Where a running task is at this moment; `stack` is as Python writes it, the innermost call last.
 * 
 * It `is_stuck` when it was given up, and goes on nevertheless. */
export interface TaskStack {
  id: string;
  worker_id: string;
  attempt: number;
  run_seconds: number;
  stack: string;
  is_stuck: boolean;
  as_of: Moment;
}

/** Where a task is in its life. */
export type TaskStatus = "scheduled" | "queued" | "running" | "success" | "failure" | "cancelled" | "lost" | "expired";

/** One step of a task; exactly one of `status`, `progress` and `line` is there. Numbers grow; gaps were let go. */
export interface TaskStep {
  number: number;
  at: Moment;
  attempt: number;
  status: TaskStatus | null;
  progress: Progress | null;
  line: LogLine | null;
}

/** The steps of a task in order. From the oldest on, `next_cursor` also works later, for what comes after. */
export interface TaskStepPage {
  items: TaskStep[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** A task to run: positional `args`, `kwargs` by name, and what is left open is as the function declares it.
 * 
 * Where it runs a task again, what is left out stays as it was there, and null is as the function declares it. */
export interface TaskSubmission {
  name: string;
  args?: unknown[];
  kwargs?: Record<string, unknown>;
  priority?: TaskPriority | null;
  retries?: number | null;
  timeout_seconds?: number | null;
  delay_seconds?: number | null;
  expires_seconds?: number | null;
  /** To find it by: printable texts without blanks around them. */
  tags?: Tag[] | null;
  /** The task that this one runs again, edited. */
  origin?: TaskId | null;
}

/** A row of the list of tasks. Seconds are of the latest attempt. */
export interface TaskSummary {
  id: string;
  name: string;
  status: TaskStatus;
  priority: TaskPriority;
  worker_id: string | null;
  /** How many attempts have begun. */
  attempts: number;
  /** How many there may be: one more than the retries. */
  most_attempts: number;
  submitted_at: Moment;
  queued_at: Moment;
  /** When a scheduled task begins to wait for a worker. */
  due_at: Moment | null;
  expires_at: Moment | null;
  /** When the latest attempt was leased to its worker. */
  started_at: Moment | null;
  finished_at: Moment | null;
  wait_seconds: number | null;
  /** None until the attempt has ended. */
  run_seconds: number | null;
  error: ErrorSummary | null;
  progress: Progress | null;
  is_cancelling: boolean;
  /** Its priority or its task function is paused. */
  is_held: boolean;
  /** The task that this one runs again. */
  origin: string | null;
  /** The running task that submitted this one. */
  parent: string | null;
  /** What it can be found by, beside its name. */
  tags: string[];
  /** The first arguments as in a call, each as JSON. */
  arguments_preview: string;
}

/** What is agreed for a task beside its call; None means as by default. */
export interface TaskTerms {
  retries: number;
  /** Of use where there are retries. */
  backoff: Backoff;
  timeout_seconds: number | null;
  /** As it was agreed; see `waited_seconds`. */
  delay_seconds: number | null;
  /** How long it was delayed after all, if somebody had it run before its time; None of any other. */
  waited_seconds: number | null;
  expires_seconds: number | null;
  retry_on: string[] | null;
  never_on: string[] | null;
}

/** `tasks`: tasks that have changed, each as it is now; `more` others have changed, too, and are not told. */
export interface TasksEvent {
  topic: "tasks";
  changed: TaskSummary[];
  /** How many more have changed: ask for the page again. */
  more: number;
  /** The ids of tasks that somebody has deleted. */
  deleted: string[];
  /** How many more were deleted: ask for the page again. */
  more_deleted: number;
  counts: TaskCounts;
}

/** How many there are in all; `gte` says that counting stopped at the bound. */
export interface Total {
  value: number;
  relation: "eq" | "gte";
}

/** A task came to a status; `attempt` is how many attempts had begun by then. */
export interface Transition {
  at: Moment;
  status: TaskStatus;
  attempt: number;
  worker_id: string | null;
}

/** One end of the transport. Counts are since the start and of messages: a batch of tasks is one. */
export interface TransportEnd {
  /** Who is at the other end. */
  role: "clients" | "workers" | "own worker" | "beacon";
  address: string;
  /** Open ones. */
  connections: number;
  received: number;
  received_bytes: number;
  sent: number;
  sent_bytes: number;
  /** Requests that have come and have no reply yet, those that are held among them. */
  under_way: number;
  /** Requests that wait for news: leases for a worker, ends of tasks for a client. */
  held: number;
  /** Replies that are given and have not left, for their peers do not read them. */
  leaving: number;
  /** Messages that were none of this protocol. */
  bad_frames: number;
}

/** How much of a bounded thing is used; units are in its name. */
export interface Usage {
  name: string;
  used: number;
  limit: number;
}

/** Who said something about a group, and when. */
export interface Word {
  by: string;
  at: Moment;
}

/** A live worker. `stuck` slots are taken by work that was given up and goes on. */
export interface Worker {
  id: string;
  kind: "subworker" | "control-plane";
  /** `resuming` was draining and is asked to stay, if it still can; `leaving` drains by itself: its process was told to end. */
  state: "active" | "draining" | "resuming" | "leaving";
  /** If it drains: what still runs after so many seconds is lost. None: after its own --drain-timeout. */
  drain_seconds: number | null;
  /** It is given nothing: other workers know all of its functions. */
  is_standing_by: boolean;
  slots: number;
  /** What it was told to have, and has not said yet that it has. */
  ordered_slots: number | null;
  running: number;
  stuck: number;
  finished: number;
  failed: number;
  heard_at: Moment;
  joined_at: Moment;
  /** Where `fastworker inspect` finds it. */
  address: string | null;
  version: string;
  /** It runs another version of FastWorker than the control plane. */
  has_other_version: boolean;
  functions: string[];
  /** Task functions that others know and it does not. */
  missing_functions: string[];
  /** Task functions of which another worker has other code. */
  differing_functions: string[];
  labels: Record<string, string>;
  vitals: WorkerVitals;
}

/** A live worker with what it runs now. */
export interface WorkerDetail {
  id: string;
  kind: "subworker" | "control-plane";
  /** `resuming` was draining and is asked to stay, if it still can; `leaving` drains by itself: its process was told to end. */
  state: "active" | "draining" | "resuming" | "leaving";
  /** If it drains: what still runs after so many seconds is lost. None: after its own --drain-timeout. */
  drain_seconds: number | null;
  /** It is given nothing: other workers know all of its functions. */
  is_standing_by: boolean;
  slots: number;
  /** What it was told to have, and has not said yet that it has. */
  ordered_slots: number | null;
  running: number;
  stuck: number;
  finished: number;
  failed: number;
  heard_at: Moment;
  joined_at: Moment;
  /** Where `fastworker inspect` finds it. */
  address: string | null;
  version: string;
  /** It runs another version of FastWorker than the control plane. */
  has_other_version: boolean;
  functions: string[];
  /** Task functions that others know and it does not. */
  missing_functions: string[];
  /** Task functions of which another worker has other code. */
  differing_functions: string[];
  labels: Record<string, string>;
  vitals: WorkerVitals;
  tasks: TaskSummary[];
}

/** The latest log records of the tasks that this worker runs, or has run, the oldest first. */
export interface WorkerLog {
  lines: WorkerLogLine[];
  as_of: Moment;
}

/** A log record of a task, while it ran on this worker. */
export interface WorkerLogLine {
  task_id: string;
  name: string;
  attempt: number;
  at: Moment;
  line: LogLine;
}

/** A worker came, or went: `reason` says why. */
export interface WorkerMove {
  number: number;
  worker_id: string;
  is_coming: boolean;
  at: Moment;
  reason: string;
  /** It went against its will, and did not join again at once. */
  is_loss: boolean;
  /** It came with another source file of a task function than the worker before it: a deployment. */
  has_new_code: boolean;
}

/** The latest comings and goings, the newest first. */
export interface WorkerMovePage {
  items: WorkerMove[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** The live workers in the order in which they joined. */
export interface WorkerPage {
  items: Worker[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  /** How many items were looked at, if not all. */
  searched: number | null;
  as_of: Moment;
}

/** The last hour of a live worker in columns, with one value per moment of `at`; None where nothing was told.
 * 
 * The columns are those of its vitals (the mean of a step, its last, its worst, its worst), `busy_slots` (the most of
 * a step) and `slots` (how many it had at that moment). */
export interface WorkerSeries {
  step_seconds: number;
  /** Unix seconds, ends of the steps, oldest first. */
  at: number[];
  columns: Record<string, (number | null)[]>;
  /** False of a worker beyond those of which series are kept, and before its first. */
  is_kept: boolean;
  as_of: Moment;
}

/** How the process of a worker does, as its last beat told; None where it has not measured yet. */
export interface WorkerVitals {
  /** 1 is one processor, all the time; child processes do not count. */
  processor_share: number | null;
  memory_bytes: number | null;
  /** How late the event loop of its tasks came, at most. */
  loop_lag_seconds: number | null;
  /** From a beat to its answer. */
  round_trip_seconds: number | null;
}

/** `workers`: the live workers, at most a page; `more` others live, too. */
export interface WorkersEvent {
  topic: "workers";
  workers: Worker[];
  more: number;
}
