// The columns of the task list.
import type { JSX } from "preact";
import type { TaskSummary } from "../../api/types";
import { Ago, CopyButton, Meter } from "../../components/basics";
import type { Column } from "../../components/data-table";
import { PriorityMark, Status } from "../../components/status";
import { Tags } from "../../components/tags";
import { duration, NOTHING, share } from "../../format/numbers";
import { momentOf } from "../../format/times";
import { shortId } from "../../format/values";
import { urlOf } from "../../router/route";
import { now } from "../../state/clock";

/** How long the attempt runs, or ran. */
export function runSeconds(task: TaskSummary): number | null {
  if (task.status !== "running") return task.run_seconds;
  const started = momentOf(task.started_at);
  return started === null ? null : Math.max(0, (now.value - started) / 1000);
}

/** How long it has waited, or waits. */
function Wait({ task }: { task: TaskSummary }): JSX.Element {
  const since = task.status === "queued" ? momentOf(task.queued_at) : null;
  if (since === null) return <>{duration(task.wait_seconds)}</>;
  return <>{duration(Math.max(0, Math.round((now.value - since) / 1000)))}</>;
}

function Run({ task }: { task: TaskSummary }): JSX.Element {
  const seconds = runSeconds(task);
  const { progress } = task;
  const isRunning = task.status === "running";
  return (
    <span class={isRunning ? "running-time" : ""}>
      {isRunning && progress?.total ? (
        <>
          <Meter
            value={progress.done}
            of={progress.total}
            label={`${progress.done} of ${progress.total} ${progress.message}`}
          />{" "}
          {share(progress.done / progress.total)}{" "}
        </>
      ) : null}
      {seconds === null ? NOTHING : duration(isRunning ? Math.round(seconds) : seconds)}
    </span>
  );
}

function Name({ task }: { task: TaskSummary }): JSX.Element {
  return (
    <span class="task-name">
      <a href={urlOf("tasks", task.id)}>{task.name}</a>
      {task.error ? (
        <span class="bad-text" title={`${task.error.type}: ${task.error.message}`}>
          {task.error.type}: {task.error.message}
        </span>
      ) : (
        <code title={task.arguments_preview}>
          {(task.status === "running" && task.progress?.message) || task.arguments_preview}
        </code>
      )}
    </span>
  );
}

export const COLUMNS: readonly Column<TaskSummary>[] = [
  {
    key: "status",
    label: "Status",
    cell: (task) => <Status status={task.status} isCancelling={task.is_cancelling} isHeld={task.is_held} />,
  },
  { key: "name", label: "Task", isWide: true, cell: (task) => <Name task={task} /> },
  {
    key: "id",
    label: "Id",
    cell: ({ id }) => (
      <span class="id">
        <code title={id}>{shortId(id)}</code>
        <CopyButton text={id} label={`Copy the id ${id}`} />
      </span>
    ),
  },
  { key: "priority", label: "Priority", cell: ({ priority }) => <PriorityMark priority={priority} /> },
  {
    key: "worker",
    label: "Worker",
    cell: ({ worker_id }) =>
      worker_id ? (
        <a class="plain" href={urlOf("workers", worker_id)}>
          {worker_id}
        </a>
      ) : (
        <span class="muted">{NOTHING}</span>
      ),
  },
  {
    key: "attempts",
    label: "Tries",
    align: "end",
    cell: ({ attempts, most_attempts }) => `${attempts}/${most_attempts}`,
  },
  { key: "wait", label: "Wait", align: "end", cell: (task) => <Wait task={task} /> },
  { key: "run", label: "Run", align: "end", cell: (task) => <Run task={task} /> },
  {
    key: "tags",
    label: "Tags",
    cell: ({ tags }) => (tags.length ? <Tags tags={tags} /> : <span class="muted">{NOTHING}</span>),
  },
  { key: "submitted", label: "Submitted", align: "end", cell: ({ submitted_at }) => <Ago at={submitted_at} /> },
];

/** These cannot be taken away: without them a row says nothing. */
export const FIXED: readonly string[] = ["status", "name"];
const LATER: readonly string[] = ["id", "tags"]; // shown when somebody wants to see them
export const DEFAULT_COLUMNS: readonly string[] = COLUMNS.map(({ key }) => key).filter((key) => !LATER.includes(key));
