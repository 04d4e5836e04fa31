// One task: its life, its call, how it ended, what it said.
import type { JSX } from "preact";
import type { Queue, Task, TaskEvent, TasksEvent, TaskStepPage } from "../../api/types";
import { ApiError } from "../../api/problem";
import { Ago, Badge, Button, Code, CopyButton, Fact, Facts, Meter, Moment } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { Icon } from "../../components/icons";
import { LimitedTaskNote } from "../../components/limiting";
import { Empty, Panel } from "../../components/panel";
import { PriorityMark, Status } from "../../components/status";
import { Tags } from "../../components/tags";
import { Tabs } from "../../components/tabs";
import { count, duration, share } from "../../format/numbers";
import { backoffText } from "../../format/terms";
import { pretty } from "../../format/values";
import { restartedAt } from "../../live/live";
import { type Resource, useResource } from "../../live/resource";
import type { LiveEvent } from "../../live/protocol";
import { navigate, param } from "../../router/location";
import { urlOf } from "../../router/route";
import { listed, neighbours } from "../../state/listed";
import { useShortcuts } from "../../state/shortcuts";
import { useSystem } from "../system/data";
import { Actions } from "./actions";
import { CopyMenu } from "./copy-menu";
import { attemptsOf, Life, Waterfall } from "./parts";
import { CallView, PayloadView } from "./payload";
import { ParentLink, RelativeLink, RunAgain, useChildTasks } from "./relatives";
import { Spans, TraceId } from "./spans";
import { Stack } from "./stack";
import { lineCount, Log, Steps, Tail, useLines } from "./steps";
import { ErrorView } from "./traceback";

/** The task's own events say everything; those of all tasks say whether to ask, should the former be missing. */
function apply(event: LiveEvent, task: Task | null): Task | undefined {
  if (event.type === "task") return (event.data as TaskEvent).task ?? undefined;
  const told = (event.data as TasksEvent).changed.find(({ id }) => id === task?.id);
  return told && told.status !== task?.status ? undefined : (task ?? undefined);
}

export function TaskDetail({ subject: id }: { subject: string }): JSX.Element {
  const topics = [`task:${id}`, "tasks"];
  const resource = useResource<Task>(`tasks/${encodeURIComponent(id)}`, { topics, apply });
  const task = resource.data;
  const missing =
    resource.error instanceof ApiError && (resource.error.status === 404 || resource.error.status === 410);
  return (
    <>
      <header class="page-head">
        <div class="crumbs">
          <a href={listed.value.url}>
            <Icon name="left" />
            Tasks
          </a>
        </div>
        <h1 class="task-title">
          {task ? (
            <>
              <Status status={task.status} isCancelling={task.is_cancelling} isHeld={task.is_held} /> {task.name}
            </>
          ) : (
            "Task"
          )}
        </h1>
        <span class="id">
          <code>{id}</code>
          <CopyButton text={id} label="Copy the id" />
        </span>
        {task && <ParentLink task={task} />}
        <div class="tools">
          {task && (
            <>
              <Actions task={task} />
              <CopyMenu task={task} />
            </>
          )}
          <Siblings id={id} />
        </div>
      </header>
      {missing ? (
        <Missing error={resource.error as ApiError} />
      ) : (
        <Panel resource={resource} class="bare">
          {(data) => <Body task={data} topics={topics} />}
        </Panel>
      )}
    </>
  );
}

function Siblings({ id }: { id: string }): JSX.Element | null {
  const { previous, next } = neighbours(listed.value.ids, id);
  const go = (to: string | undefined) => () => {
    if (to) navigate(urlOf("tasks", to));
  };
  useShortcuts([
    { keys: "[", label: "Previous task of the list", group: "This task", run: go(previous) },
    { keys: "]", label: "Next task of the list", group: "This task", run: go(next) },
  ]);
  if (!previous && !next) return null;
  return (
    <>
      <Button
        kind="ghost"
        icon="up"
        label="Previous task of the list"
        keys="["
        refused={previous ? null : "this is the first of the list"}
        onClick={go(previous)}
      />
      <Button
        kind="ghost"
        icon="down"
        label="Next task of the list"
        keys="]"
        refused={next ? null : "this is the last of the list"}
        onClick={go(next)}
      />
    </>
  );
}

function Missing({ error }: { error: ApiError }): JSX.Element {
  const isForgotten = error.status === 410;
  return (
    <section class="panel">
      <Empty
        icon={isForgotten ? "hourglass" : "search"}
        title={isForgotten ? "This task has ended, and was deleted or is not kept any more" : "This control plane never saw such a task"}
      >
        <p>{error.message}</p>
        {restartedAt.value !== null && <p>The control plane restarted: tasks that it kept only in memory are gone.</p>}
        {isForgotten && (
          <p>
            <Retention />
          </p>
        )}
        <a class="button" href={urlOf("tasks")}>
          To the tasks
        </a>
      </Empty>
    </section>
  );
}

/** How long tasks are remembered, and how many. */
function Retention(): JSX.Element {
  const system = useSystem().data;
  const most = system?.usage.find(({ name }) => name === "result_cache_size")?.limit;
  return (
    <>
      A finished task that nobody deletes is kept for {duration(system?.result_ttl_seconds)}, as long as there are not more than{" "}
      {count(most)} (<code>--result-cache-ttl</code>, <code>--result-cache-size</code>).
    </>
  );
}

function Body({ task, topics }: { task: Task; topics: readonly string[] }): JSX.Element {
  const lines = useLines(task.id, topics);
  const childTasks = useChildTasks(task).data;
  const tab = param("tab", "overview");
  return (
    <>
      <section class="panel life-panel" aria-label="Life">
        <Life task={task} />
        {task.progress && task.status === "running" && <Progress task={task} />}
        {!task.has_worker && ["queued", "scheduled"].includes(task.status) && (
          <p class="note">
            <Badge tone="warn" icon="warn">
              No connected worker knows {task.name}: it waits
            </Badge>
          </p>
        )}
        {task.status === "queued" && !task.is_held && <WaitsForLimit task={task} />}
        <Waterfall task={task} childTasks={childTasks} />
      </section>
      <Tabs
        name="tab"
        label="About the task"
        choices={[
          { value: "overview", label: "Overview" },
          { value: "attempts", label: `Attempts ${task.attempts}` },
          { value: "log", label: `Log ${lineCount(lines)}` },
          { value: "steps", label: "Steps" },
          { value: "trace", label: task.spans ? `Trace ${task.spans}` : "Trace" },
          { value: "stack", label: "Stack" },
          { value: "raw", label: "Raw" },
        ]}
      />
      <div role="tabpanel" aria-label={tab} class="panel">
        {tab === "attempts" ? (
          <Attempts task={task} />
        ) : tab === "log" ? (
          <Log id={task.id} latest={lines} />
        ) : tab === "steps" ? (
          <Steps task={task} topics={topics} />
        ) : tab === "trace" ? (
          <Spans task={task} topics={topics} />
        ) : tab === "stack" ? (
          <Stack task={task} />
        ) : tab === "raw" ? (
          <Code label="the task as JSON">{pretty(task)}</Code>
        ) : (
          <About task={task} lines={lines} />
        )}
      </div>
    </>
  );
}

/** Asked of its queue, and only while it waits: limits come and go without an event of the task. */
function WaitsForLimit({ task: { priority } }: { task: Task }): JSX.Element {
  const queue = useResource<Queue>(`queues/${priority}`, { topics: ["queues"], pace: 2000 });
  return <LimitedTaskNote queue={queue.data} />;
}

function Progress({ task: { progress } }: { task: Task }): JSX.Element | null {
  if (!progress) return null;
  const done = progress.total ? `${progress.done} of ${progress.total}` : String(progress.done);
  return (
    <p class="progress">
      {progress.total ? (
        <Meter value={progress.done} of={progress.total} label={`${done} ${progress.message}`} />
      ) : null}
      {done} {progress.total ? `(${share(progress.done / progress.total)})` : ""} {progress.message}
    </p>
  );
}

function About({ task, lines }: { task: Task; lines: Resource<TaskStepPage> }): JSX.Element {
  const path = `tasks/${encodeURIComponent(task.id)}`;
  return (
    <div class="about">
      <div>
        {task.error_detail && (
          <section>
            <h2>Error</h2>
            <ErrorView error={task.error_detail} />
          </section>
        )}
        <section>
          <h2>Arguments</h2>
          <CallView name={task.name} payload={task.arguments} path={`${path}/arguments`} />
        </section>
        {task.result && (
          <section>
            <h2>Result</h2>
            <PayloadView payload={task.result} label="the result" path={`${path}/result`} />
          </section>
        )}
        <Tail lines={lines} />
      </div>
      <Facts>
        <Fact name="Function">
          <a href={urlOf("functions", task.name)}>{task.name}</a>
        </Fact>
        <Fact name="Priority">
          <PriorityMark priority={task.priority} />
        </Fact>
        {task.tags.length > 0 && (
          <Fact name="Tags">
            <Tags tags={task.tags} />
          </Fact>
        )}
        {task.priority_changes.map(({ at, before, after, by }, number) => (
          <Fact key={number} name="Priority changed">
            {before} → {after} by {by} <Ago at={at} />
          </Fact>
        ))}
        {task.worker_id && (
          <Fact name="Worker">
            <a href={urlOf("workers", task.worker_id)}>{task.worker_id}</a>
            {task.worker_heard_at && (
              <small class="heard">
                last heard of: <Ago at={task.worker_heard_at} />
              </small>
            )}
          </Fact>
        )}
        <Fact name="Submitted">
          <Moment at={task.submitted_at} />
        </Fact>
        {task.started_at && (
          <Fact name="Started">
            <Moment at={task.started_at} />
          </Fact>
        )}
        {task.finished_at && (
          <Fact name="Ended">
            <Moment at={task.finished_at} />
          </Fact>
        )}
        {task.due_at && task.status === "scheduled" && (
          <Fact name="Due">
            <Ago at={task.due_at} />
          </Fact>
        )}
        {task.expires_at && (
          <Fact name="Not started after">
            <Moment at={task.expires_at} />
          </Fact>
        )}
        <Fact name="Attempts">
          {task.attempts} of {task.most_attempts}
        </Fact>
        {task.losses > 0 && <Fact name="Workers lost with it">{task.losses}</Fact>}
        <Fact name="Time limit">
          {task.terms.timeout_seconds === null ? "none" : duration(task.terms.timeout_seconds)}
        </Fact>
        {task.terms.retries > 0 && <Fact name="Backoff">{backoffText(task.terms.backoff)}</Fact>}
        {task.terms.delay_seconds !== null && (
          <Fact name="Delay">
            {duration(task.terms.delay_seconds)}
            {task.terms.waited_seconds !== null && `, run after ${duration(task.terms.waited_seconds)}`}
          </Fact>
        )}
        {task.terms.retry_on && <Fact name="Retried on">{task.terms.retry_on.join(", ")}</Fact>}
        {task.terms.never_on && task.terms.never_on.length > 0 && (
          <Fact name="Never retried on">{task.terms.never_on.join(", ")}</Fact>
        )}
        {task.trace_id && (
          <Fact name="Trace">
            <TraceId id={task.trace_id} url={task.trace_url} />
          </Fact>
        )}
        {task.origin_task && (
          <Fact name="Runs again">
            <span class="parent-link">
              <RelativeLink relative={task.origin_task} />
            </span>
          </Fact>
        )}
        <RunAgain task={task} />
      </Facts>
    </div>
  );
}

function Attempts({ task }: { task: Task }): JSX.Element {
  const attempts = attemptsOf(task);
  if (attempts.length === 0) return <Empty icon="clock" title="No attempt has begun" />;
  return (
    <DataTable
      caption="Attempts"
      rows={attempts}
      idOf={({ number }) => String(number)}
      columns={[
        { key: "number", label: "No.", cell: ({ number }) => number },
        { key: "status", label: "Outcome", cell: ({ status }) => <Status status={status} /> },
        {
          key: "worker",
          label: "Worker",
          cell: ({ worker_id }) => <a href={urlOf("workers", worker_id)}>{worker_id}</a>,
        },
        { key: "started", label: "Started", cell: ({ started_at }) => <Moment at={started_at} /> },
        { key: "wait", label: "Wait", align: "end", cell: ({ wait_seconds }) => duration(wait_seconds) },
        { key: "run", label: "Run", align: "end", cell: ({ run_seconds }) => duration(run_seconds) },
        { key: "next", label: "Next try", align: "end", cell: ({ next_due_at }) => <Ago at={next_due_at} /> },
        {
          key: "error",
          label: "Error",
          isWide: true,
          cell: ({ error }) =>
            error ? (
              <span class="bad-text" title={error.message}>
                {error.type}: {error.message}
              </span>
            ) : (
              ""
            ),
        },
      ]}
    />
  );
}
