// The task functions: what they take, how they do, submitting and holding back one.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { pauseFunction, resumeFunction } from "../../api/actions";
import type { Function as TaskFunction, FunctionDetail, FunctionPage, Submitted } from "../../api/types";
import { Badge, Code, Fact, Facts } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { Icon } from "../../components/icons";
import { Empty, Panel } from "../../components/panel";
import { PauseButton, PauseNote, turnPause } from "../../components/pausing";
import { type Priority, PriorityMark } from "../../components/status";
import { Tags } from "../../components/tags";
import { SubmitForm } from "../../forms/submit-form";
import { count, duration, percentile, plural, rate, share } from "../../format/numbers";
import { Histogram } from "./histogram";
import { type Resource, useResource } from "../../live/resource";
import { navigate, param, setParams } from "../../router/location";
import { urlOf } from "../../router/route";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { toast } from "../../state/toasts";

const TOPICS = ["tasks", "workers"];
const PACE = 2_000;
const RATE_TITLE = "Attempts that ended in the last minute";

export function Functions({ subject }: { subject: string }): JSX.Element {
  return subject ? <One name={subject} /> : <All />;
}

function pausable({ name, pause, version }: TaskFunction, done: () => void) {
  return {
    name,
    pause,
    version,
    done,
    doPause: (request: object, of: string) => pauseFunction(name, request, of),
    doResume: (of: string) => resumeFunction(name, of),
  };
}

function usePauseKey(of: TaskFunction | null | undefined, resource: Resource<unknown>): void {
  useShortcuts([
    {
      keys: "p",
      label: "Pause or resume the function",
      group: "Functions",
      run: () => {
        if (of && canOperate.peek()) void turnPause(pausable(of, resource.refresh));
      },
    },
  ]);
}

function All(): JSX.Element {
  const functions = useResource<FunctionPage>("functions?limit=200", { topics: TOPICS, pace: PACE });
  const wanted = param("q").toLowerCase();
  const shown = (items: readonly TaskFunction[]) =>
    items.filter(({ name, module }) => `${name} ${module}`.toLowerCase().includes(wanted));
  usePauseKey(
    functions.data?.items.find(({ name }) => name === param("row")),
    functions,
  );
  return (
    <>
      <header class="page-head">
        <h1>Functions</h1>
        <label class="search">
          <Icon name="search" />
          <span class="offscreen">Search functions</span>
          <input
            type="search"
            data-search
            placeholder="Search functions"
            value={param("q")}
            aria-keyshortcuts="/"
            onInput={(event) => setParams({ q: event.currentTarget.value, row: "" })}
          />
        </label>
      </header>
      <Panel<FunctionPage> resource={functions} class="list">
        {({ items, next_cursor }) =>
          items.length === 0 ? (
            <NoFunctions />
          ) : shown(items).length === 0 ? (
            <Empty icon="filter" title="No function matches" />
          ) : (
            <>
              <DataTable<TaskFunction>
                caption="Task functions"
                isWalked
                rows={shown(items)}
                idOf={({ name }) => name}
                open={({ name }) => navigate(urlOf("functions", name))}
                columns={[
                  { key: "name", label: "Function", isWide: true, cell: (of) => <NameCell of={of} /> },
                  {
                    key: "workers",
                    label: "Workers",
                    align: "end",
                    cell: ({ workers }) =>
                      workers.length ? (
                        count(workers.length)
                      ) : (
                        <Badge tone="warn" icon="warn">
                          none
                        </Badge>
                      ),
                  },
                  { key: "queued", label: "Queued", align: "end", cell: ({ queued }) => count(queued) },
                  { key: "running", label: "Running", align: "end", cell: ({ running }) => count(running) },
                  { key: "done", label: "Succeeded", align: "end", cell: ({ succeeded }) => count(succeeded) },
                  {
                    key: "failed",
                    label: "Failed",
                    align: "end",
                    cell: ({ failed, failure_ratio }) =>
                      failed ? (
                        <span class="bad-text">
                          {count(failed)} · {share(failure_ratio)}
                        </span>
                      ) : (
                        <span class="muted">0</span>
                      ),
                  },
                  {
                    key: "rate",
                    label: "Rate",
                    align: "end",
                    cell: ({ ended_per_second }) => <span title={RATE_TITLE}>{rate(ended_per_second)}</span>,
                  },
                  { key: "p50", label: "p50", align: "end", cell: ({ run_seconds }) => percentile(run_seconds.p50) },
                  { key: "p95", label: "p95", align: "end", cell: ({ run_seconds }) => percentile(run_seconds.p95) },
                  {
                    key: "actions",
                    label: "Actions",
                    align: "end",
                    cell: (of) => <PauseButton {...pausable(of, functions.refresh)} />,
                  },
                ]}
              />
              {next_cursor && (
                <p class="pager">Only the first {count(items.length)} are shown; the search is among them.</p>
              )}
            </>
          )
        }
      </Panel>
    </>
  );
}

function NameCell({ of }: { of: TaskFunction }): JSX.Element {
  return (
    <span class="headline">
      <a href={urlOf("functions", of.name)}>
        <b>{of.name}</b>
      </a>{" "}
      <PauseNote pause={of.pause} />
      <code title={of.signature ?? undefined}>{of.signature ?? of.module ?? ""}</code>
    </span>
  );
}

function NoFunctions(): JSX.Element {
  return (
    <Empty icon="bolt" title="No task function is known">
      <p>Name the modules that hold them:</p>
      <Code label="the command">fastworker control-plane --task-modules MODULE</Code>
    </Empty>
  );
}

function One({ name }: { name: string }): JSX.Element {
  const resource = useResource<FunctionDetail>(`functions/${encodeURIComponent(name)}`, { topics: TOPICS, pace: PACE });
  usePauseKey(resource.data, resource);
  return (
    <>
      <header class="page-head">
        <div class="crumbs">
          <a href={urlOf("functions")}>
            <Icon name="left" />
            Functions
          </a>
        </div>
        <h1>{name}</h1>
        <div class="tools">
          <a class="button" href={urlOf("tasks", "", { name })}>
            <Icon name="filter" />
            Its tasks
          </a>
          {resource.data && <PauseButton {...pausable(resource.data, resource.refresh)} />}
        </div>
      </header>
      <div class="grid function">
        <div>
          <Panel title="About" resource={resource}>
            {(of) => <About of={of} />}
          </Panel>
          <Panel title="Run times" resource={resource}>
            {(of) => <Histogram bars={of.run_histogram} />}
          </Panel>
        </div>
        <Panel title="Submit" resource={resource}>
          {(of) => <Submit of={of} />}
        </Panel>
      </div>
    </>
  );
}

function Submit({ of }: { of: FunctionDetail }): JSX.Element {
  const [last, setLast] = useState<Submitted | null>(null);
  const onSubmitted = (task: Submitted) => {
    setLast(task);
    const action = { label: "Open it", run: () => navigate(urlOf("tasks", task.id)) };
    toast("good", `${of.name} is submitted`, {
      action,
      ...(task.is_waiting_for_worker ? { detail: "No connected worker can run it now: it waits." } : {}),
    });
  };
  // The first schema stays, or each refresh would take away what is being typed.
  const [form] = useState(of);
  return (
    <>
      <SubmitForm of={form} onSubmitted={onSubmitted} />
      {last && (
        <p class="note">
          Submitted last:{" "}
          <a href={urlOf("tasks", last.id)}>
            <code>{last.id}</code>
          </a>
        </p>
      )}
    </>
  );
}

function About({ of }: { of: TaskFunction }): JSX.Element {
  return (
    <>
      <PauseNote pause={of.pause} />
      {of.signature && (
        <Code label="the signature">{`${of.is_async ? "async " : ""}def ${of.name}${of.signature}`}</Code>
      )}
      {of.doc && <p class="doc">{of.doc}</p>}
      <Facts>
        {of.module && (
          <Fact name="Module">
            <code>{of.module}</code>
          </Fact>
        )}
        {of.priority && (
          <Fact name="Priority">
            <PriorityMark priority={of.priority as Priority} />
          </Fact>
        )}
        {of.retries !== null && <Fact name="Retries">{of.retries}</Fact>}
        {of.timeout_seconds !== null && <Fact name="Time limit">{duration(of.timeout_seconds)}</Fact>}
        {of.tags.length > 0 && (
          <Fact name="Tags">
            <Tags tags={of.tags} />
          </Fact>
        )}
        {of.isolation && <Fact name="Runs in">{of.isolation}</Fact>}
        <Fact name="Waiting, running">
          {count(of.queued)}, {count(of.running)}
        </Fact>
        <Fact name="Succeeded, failed">
          {count(of.succeeded)}, {count(of.failed)} ({share(of.failure_ratio)})
        </Fact>
        <Fact name="Rate">
          <span title={RATE_TITLE}>{rate(of.ended_per_second)}</span>
        </Fact>
        <Fact name="Run p50, p95, p99">
          {[of.run_seconds.p50, of.run_seconds.p95, of.run_seconds.p99]
            .map(percentile)
            .join(", ")}
        </Fact>
        <Fact name={plural(of.workers.length, "worker")}>
          {of.workers.length === 0 ? (
            <Badge tone="warn" icon="warn">
              none is connected
            </Badge>
          ) : (
            <span class="links">
              {of.workers.map((id) => (
                <a key={id} href={urlOf("workers", id)}>
                  {id}
                </a>
              ))}
            </span>
          )}
        </Fact>
      </Facts>
    </>
  );
}
