// The values of the API, written from the models of the server.

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

export interface AttemptPage {
  items: Attempt[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export interface Attention {
  kind: "failing" | "paused" | "stuck" | "no-worker" | "queue-full" | "worker-lost" | "draining" | "loop-blocked";
  message: string;
  target: string | null;
  count: number;
}

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
  refusal: string;
}

export interface AuditEvent {
  topic: "audit";
  entries: AuditEntry[];
}

export interface AuditPage {
  items: AuditEntry[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export type BulkAction = "cancel" | "retry";

export interface BulkCount {
  matching: number;
  possible: number;
}

export interface BulkFilter {
  status: TaskStatus[];
  priority: TaskPriority[];
  name: string[];
  worker: string[];
  fingerprint: string | null;
  since: Moment | null;
  until: Moment | null;
  q: string;
}

export interface BulkRequest {
  action: BulkAction;
  ids: TaskId[] | null;
  filter: BulkFilter | null;
  expected_count: number | null;
  dry_run: boolean;
}

export interface ByeEvent {
  reason: "stopping";
}

export interface Cancelled {
  id: string;
  outcome: "cancelled" | "stopping" | "finished";
}

export interface Config {
  settings: Setting[];
}

export interface Depth {
  priority: TaskPriority;
  depth: number;
}

export interface ErrorDetail {
  type: string;
  message: string;
  traceback: string;
  fingerprint: string | null;
}

export interface ErrorGroup {
  fingerprint: string;
  error_type: string;
  message: string;
  frame: string;
  count: number;
  retried: number;
  first_seen_at: Moment;
  last_seen_at: Moment;
  functions: string[];
  workers: string[];
  sample_task_id: string;
  history: number[];
}

export interface ErrorGroupDetail {
  fingerprint: string;
  error_type: string;
  message: string;
  frame: string;
  count: number;
  retried: number;
  first_seen_at: Moment;
  last_seen_at: Moment;
  functions: string[];
  workers: string[];
  sample_task_id: string;
  history: number[];
  traceback: string;
  task_ids: string[];
}

export interface ErrorGroupPage {
  items: ErrorGroup[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export interface ErrorSummary {
  type: string;
  message: string;
}

export interface ErrorsEvent {
  topic: "errors";
  changed: ErrorGroup[];
}

export interface Event {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

export interface EventList {
  items: Event[];
  last_id: string;
  is_reset: boolean;
}

export interface Function {
  name: string;
  is_here: boolean;
  module: string | null;
  doc: string | null;
  signature: string | null;
  parameters: Record<string, unknown> | null;
  priority: TaskPriority | null;
  retries: number | null;
  timeout_seconds: number | null;
  isolation: string | null;
  is_async: boolean | null;
  workers: string[];
  queued: number;
  running: number;
  succeeded: number;
  failed: number;
  retried: number;
  failure_ratio: number | null;
  run_seconds: Percentiles;
  pause: Pause | null;
}

export interface FunctionPage {
  items: Function[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export interface Health {
  status: "ok" | "starting" | "draining";
}

export interface HelloEvent {
  boot: string;
  seq: number;
  version: string;
  is_read_only: boolean;
  topics: string[];
}

export interface HubState {
  clients: number;
  published: number;
  kept: number;
  resets: number;
}

export interface LogLine {
  level: string;
  logger: string;
  message: string;
}

export type Moment = string;

export interface Operation {
  id: string;
  action: BulkAction;
  state: "running" | "done" | "cancelled";
  total: number;
  done: number;
  answers: Record<string, number>;
  created_at: Moment;
  finished_at: Moment | null;
  created_by: string;
  items: OperationItem[];
}

export interface OperationItem {
  id: string;
  outcome: string;
  new_id: string | null;
}

export interface OperationPage {
  items: Operation[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export interface OperationsEvent {
  topic: "operations";
  changed: Operation[];
}

export interface Overview {
  epoch: string;
  version: string;
  started_at: Moment;
  counts: TaskCounts;
  finished_in_all: Record<string, number>;
  depths: Depth[];
  slots: number;
  busy_slots: number;
  stuck_slots: number;
  workers: number;
  submitted_per_second: number;
  finished_per_second: number;
  failed_per_second: number;
  failure_ratio: number | null;
  oldest_queued_at: Moment | null;
  wait_seconds: Percentiles;
  run_seconds: Percentiles;
  loop_lag_seconds: number | null;
  memory_bytes: number;
  is_draining: boolean;
  attention: Attention[];
  as_of: Moment;
}

export interface OverviewEvent {
  topic: "overview";
  overview: Overview;
  at: number | null;
  row: Record<string, number | null>;
}

export interface Pause {
  paused_at: Moment;
  paused_by: string;
  reason: string;
  until: Moment | null;
}

export interface PauseRequest {
  reason: string;
  seconds: number | null;
}

export interface Payload {
  value: unknown;
  text: string | null;
  size: number;
  sha256: string;
  is_truncated: boolean;
}

export interface Percentiles {
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  longest: number | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  errors: ProblemError[];
  current_status: string | null;
  missing_right: string | null;
}

export interface ProblemError {
  message: string;
  pointer: string | null;
  parameter: string | null;
}

export interface Progress {
  done: number;
  total: number | null;
  message: string;
}

export interface Queue {
  priority: TaskPriority;
  depth: number;
  running: number;
  scheduled: number;
  oldest_queued_at: Moment | null;
  in_per_second: number;
  out_per_second: number;
  drained_in_seconds: number | null;
  depth_history: number[];
  pause: Pause | null;
}

export interface QueuePage {
  items: Queue[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export interface QueuesEvent {
  topic: "queues";
  queues: Queue[];
}

export type Range = "15m" | "1h" | "2h" | "6h" | "24h";

export interface ResetEvent {
  boot: string;
  seq: number;
  reason: "other-boot" | "gap" | "overflow";
}

export type Role = "viewer" | "operator" | "admin";

export interface Series {
  range: Range;
  step_seconds: number;
  at: number[];
  columns: Record<string, (number | null)[]>;
  as_of: Moment;
}

export interface SessionRequest {
  token: string | null;
  once: string | null;
}

export interface SessionState {
  actor: string;
  role: Role;
  is_read_only: boolean;
  method: "loopback" | "token" | "session" | "insecure";
  expires_at: Moment | null;
}

export interface Setting {
  name: string;
  flag: string;
  environment: string;
  value: string;
  default: string;
  is_default: boolean;
  description: string;
}

export interface Submitted {
  id: string;
  is_waiting_for_worker: boolean;
}

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
  sessions: number;
  superseded_reports: number;
  usage: Usage[];
  hub: HubState;
  versions: Record<string, string>;
  is_draining: boolean;
  as_of: Moment;
}

export interface Task {
  id: string;
  name: string;
  status: TaskStatus;
  priority: TaskPriority;
  worker_id: string | null;
  attempts: number;
  most_attempts: number;
  submitted_at: Moment;
  queued_at: Moment;
  due_at: Moment | null;
  expires_at: Moment | null;
  started_at: Moment | null;
  finished_at: Moment | null;
  wait_seconds: number | null;
  run_seconds: number | null;
  error: ErrorSummary | null;
  progress: Progress | null;
  is_cancelling: boolean;
  is_held: boolean;
  origin: string | null;
  arguments_preview: string;
  terms: TaskTerms;
  arguments: Payload;
  result: Payload | null;
  error_detail: ErrorDetail | null;
  history: Attempt[];
  transitions: Transition[];
  losses: number;
  actions: TaskActionState[];
  has_worker: boolean;
}

export type TaskActionName = "cancel" | "retry" | "rerun";

export interface TaskActionState {
  action: TaskActionName;
  is_possible: boolean;
  explanation: string;
}

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

export interface TaskEvent {
  topic: string;
  task: Task | null;
  steps: TaskStep[];
}

export type TaskId = string;

export interface TaskPage {
  items: TaskSummary[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export type TaskPriority = "critical" | "high" | "normal" | "low";

export type TaskStatus = "scheduled" | "queued" | "running" | "success" | "failure" | "cancelled" | "lost" | "expired";

export interface TaskStep {
  number: number;
  at: Moment;
  attempt: number;
  status: TaskStatus | null;
  progress: Progress | null;
  line: LogLine | null;
}

export interface TaskStepPage {
  items: TaskStep[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export interface TaskSubmission {
  name: string;
  args: unknown[];
  kwargs: Record<string, unknown>;
  priority: TaskPriority | null;
  retries: number | null;
  timeout_seconds: number | null;
  delay_seconds: number | null;
  expires_seconds: number | null;
  origin: TaskId | null;
}

export interface TaskSummary {
  id: string;
  name: string;
  status: TaskStatus;
  priority: TaskPriority;
  worker_id: string | null;
  attempts: number;
  most_attempts: number;
  submitted_at: Moment;
  queued_at: Moment;
  due_at: Moment | null;
  expires_at: Moment | null;
  started_at: Moment | null;
  finished_at: Moment | null;
  wait_seconds: number | null;
  run_seconds: number | null;
  error: ErrorSummary | null;
  progress: Progress | null;
  is_cancelling: boolean;
  is_held: boolean;
  origin: string | null;
  arguments_preview: string;
}

export interface TaskTerms {
  retries: number;
  timeout_seconds: number | null;
  delay_seconds: number | null;
  expires_seconds: number | null;
  retry_on: string[] | null;
  never_on: string[] | null;
}

export interface TasksEvent {
  topic: "tasks";
  changed: TaskSummary[];
  more: number;
  counts: TaskCounts;
}

export interface Total {
  value: number;
  relation: "eq" | "gte";
}

export interface Transition {
  at: Moment;
  status: TaskStatus;
  attempt: number;
  worker_id: string | null;
  note: string;
}

export interface Usage {
  name: string;
  used: number;
  limit: number;
}

export interface Worker {
  id: string;
  kind: "subworker" | "control-plane";
  state: "active" | "draining";
  slots: number;
  running: number;
  stuck: number;
  finished: number;
  failed: number;
  heard_at: Moment;
  joined_at: Moment | null;
  address: string | null;
  version: string;
  has_other_version: boolean;
  functions: string[];
  missing_functions: string[];
}

export interface WorkerDetail {
  id: string;
  kind: "subworker" | "control-plane";
  state: "active" | "draining";
  slots: number;
  running: number;
  stuck: number;
  finished: number;
  failed: number;
  heard_at: Moment;
  joined_at: Moment | null;
  address: string | null;
  version: string;
  has_other_version: boolean;
  functions: string[];
  missing_functions: string[];
  tasks: TaskSummary[];
}

export interface WorkerPage {
  items: Worker[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: Total;
  is_bounded: boolean;
  searched: number | null;
  as_of: Moment;
}

export interface WorkersEvent {
  topic: "workers";
  workers: Worker[];
  more: number;
}
