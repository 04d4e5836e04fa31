// The workers: their slots, and what they run.
import type { JSX } from "preact";
import type { Worker, WorkerDetail, WorkerPage, WorkersEvent } from "../../api/types";
import { ApiError } from "../../api/problem";
import { Ago, Badge, Button, Code, Fact, Facts } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { Icon } from "../../components/icons";
import { NoneHere, Pager } from "../../components/pager";
import { Empty, Panel } from "../../components/panel";
import { useClientAddress } from "../../forms/target";
import { count, plural } from "../../format/numbers";
import { type Resource, useResource } from "../../live/resource";
import type { LiveEvent } from "../../live/protocol";
import { navigate, param } from "../../router/location";
import { queryOf, urlOf } from "../../router/route";
import { copy } from "../../state/clipboard";
import { toast } from "../../state/toasts";
import { COLUMNS } from "../tasks/columns";
import { DrainOrResume, useWorkerKeys, WorkerActions } from "./actions";
import { Gone } from "./gone";
import { Moves } from "./moves";
import { Log } from "./log";
import { Recent } from "./recent";
import { Stacks } from "./stacks";
import { Failed, Finished, Up } from "./tally";
import { WorkerCharts } from "./charts";
import { Labels, Lag, Memory, OtherCode, Processor, RoundTrip, VitalFacts } from "./vitals";

const TOPICS = ["workers"];
const MOST_DOTS = 12;
const LEAVING = {
  draining: "It takes no more, finishes what it runs, and leaves; until then it can be resumed",
  resuming: "It drained, and is asked to stay; whether it still could is seen when it asks for work",
  leaving: "Its own process was told to end: it finishes what it runs, and leaves",
};

/** The workers of an event in the place of the old; undefined when it could not name all. */
export function withWorkers(event: LiveEvent, page: WorkerPage | null): WorkerPage | undefined {
  const { workers, more } = event.data as WorkersEvent;
  if (!page || more > 0 || page.next_cursor || page.prev_cursor) return undefined;
  return { ...page, items: workers, total: { value: workers.length, relation: "eq" } };
}

export function Workers({ subject }: { subject: string }): JSX.Element {
  return subject ? <One id={subject} /> : <All />;
}

/** Slots as dots up to a number, and always as text. */
function Slots({ worker: { id, slots, ordered_slots, running, stuck } }: { worker: Worker }): JSX.Element {
  const shown = Math.min(slots, MOST_DOTS);
  return (
    <span class="slots">
      <span class="dots" aria-hidden="true">
        {Array.from({ length: shown }, (_, index) => {
          const at = (index / shown) * slots;
          return <i key={index} class={at < stuck ? "stuck" : at < stuck + running ? "busy" : ""} />;
        })}
      </span>
      <a class="plain" href={urlOf("tasks", "", { worker: id, status: "running" })} title={`What ${id} runs now`}>
        {count(running)}/{count(slots)}
      </a>
      {ordered_slots !== null && (
        <Badge icon="clock" title="It was told to have so many, and has not said yet that it has">
          {count(ordered_slots)} ordered
        </Badge>
      )}
      {stuck > 0 && (
        <Badge tone="warn" icon="warn">
          {stuck} stuck
        </Badge>
      )}
    </span>
  );
}

async function copyCommand(command: string): Promise<void> {
  if (await copy(command)) toast("good", "Copied: the command that starts a subworker");
  else toast("bad", "Copying is not possible here", { detail: command });
}

function State({ worker }: { worker: Worker }): JSX.Element {
  if (worker.is_standing_by)
    return (
      <Badge icon="clock" title="Other workers know all of its functions: they run them (--local-execution)">
        stands by
      </Badge>
    );
  if (worker.state === "active")
    return (
      <Badge tone="good" icon="check">
        active
      </Badge>
    );
  const { drain_seconds: seconds } = worker;
  return (
    <Badge tone="warn" icon="drain" title={LEAVING[worker.state]}>
      {worker.state}
      {seconds !== null && `, at most ${count(seconds)} s`}
    </Badge>
  );
}

function Warnings({ worker }: { worker: Worker }): JSX.Element {
  return (
    <>
      {worker.has_other_version && (
        <Badge tone="warn" icon="warn" title="It runs another version than the control plane">
          version {worker.version}
        </Badge>
      )}
      {worker.missing_functions.length > 0 && (
        <Badge tone="warn" icon="warn" title={`It does not know: ${worker.missing_functions.join(", ")}`}>
          lacks {plural(worker.missing_functions.length, "function")}
        </Badge>
      )}
      <OtherCode worker={worker} />
    </>
  );
}

function All(): JSX.Element {
  const workers = useResource<WorkerPage>(`workers?${queryOf({ limit: "100", cursor: param("cursor") })}`, { topics: TOPICS, apply: withWorkers });
  const current = workers.data?.items.find(({ id }) => id === param("row"));
  const command = useStartCommand();
  useWorkerKeys(current, workers.refresh);
  return (
    <>
      <header class="page-head">
        <h1>Workers</h1>
        <div class="tools">
          <Button icon="copy" title={command} onClick={() => void copyCommand(command)}>
            Copy start command
          </Button>
        </div>
      </header>
      <Panel<WorkerPage> resource={workers} class="list">
        {(page) => (
          <>
            <DataTable<Worker>
              caption="Live workers"
              isWalked
              rows={page.items}
              idOf={({ id }) => id}
              open={({ id }) => navigate(urlOf("workers", id))}
              columns={[
                {
                  key: "id",
                  label: "Worker",
                  isWide: true,
                  cell: (worker) => (
                    <>
                      <a href={urlOf("workers", worker.id)}>
                        <b>{worker.id}</b>
                      </a>
                      {worker.kind === "control-plane" && <span class="muted"> the control plane itself</span>}{" "}
                      <div class="wraps">
                        <Labels worker={worker} />
                        <Warnings worker={worker} />
                      </div>
                    </>
                  ),
                },
                { key: "state", label: "State", cell: (worker) => <State worker={worker} /> },
                { key: "slots", label: "Slots", cell: (worker) => <Slots worker={worker} /> },
                { key: "finished", label: "Finished", align: "end", cell: (worker) => <Finished worker={worker} /> },
                { key: "failed", label: "Failed", align: "end", cell: (worker) => <Failed worker={worker} /> },
                {
                  key: "functions",
                  label: "Functions",
                  align: "end",
                  cell: ({ functions }) => count(functions.length),
                },
                {
                  key: "process",
                  label: "CPU, memory",
                  align: "end",
                  cell: (worker) => (
                    <>
                      <Processor worker={worker} />
                      <br />
                      <Memory worker={worker} />
                    </>
                  ),
                },
                {
                  key: "waits",
                  label: "Lag, trip",
                  align: "end",
                  cell: (worker) => (
                    <>
                      <Lag worker={worker} />
                      <br />
                      <RoundTrip worker={worker} />
                    </>
                  ),
                },
                { key: "heard", label: "Heard", align: "end", cell: ({ heard_at }) => <Ago at={heard_at} /> },
                { key: "up", label: "Up", align: "end", cell: (worker) => <Up worker={worker} /> },
                {
                  key: "actions",
                  label: "Actions",
                  align: "end",
                  cell: (worker) => <DrainOrResume worker={worker} done={workers.refresh} />,
                },
              ]}
            />
            <Pager page={page} thing="worker" />
            <Alone workers={page.items} />
          </>
        )}
      </Panel>
      <Moves />
    </>
  );
}

function useStartCommand(): string {
  const address = useClientAddress();
  return `fastworker subworker --task-modules MODULE${address ? ` --control-plane-address ${address}` : ""}`;
}

/** What is said where no subworker is: of all pages, the first one knows. */
export function Alone({ workers }: { workers: readonly Worker[] }): JSX.Element | null {
  if (workers.some(({ kind }) => kind !== "control-plane")) return null;
  if (workers.length > 0 && param("cursor")) return null;
  return (
    <NoneHere thing="worker">
      <AddOne workers={workers} />
    </NoneHere>
  );
}

function AddOne({ workers }: { workers: readonly Worker[] }): JSX.Element {
  const slots = plural(
    workers.reduce((sum, worker) => sum + worker.slots, 0),
    "slot",
  );
  const command = useStartCommand();
  return (
    <Empty icon="bolt" title={workers.length ? `The control plane runs the tasks itself (${slots})` : "No worker"}>
      <p>A subworker adds room. In a terminal where the task modules can be imported:</p>
      <Code label="the command">{command}</Code>
    </Empty>
  );
}

function One({ id }: { id: string }): JSX.Element {
  const worker = useResource<WorkerDetail>(`workers/${encodeURIComponent(id)}`, {
    topics: ["workers", "tasks"],
    pace: 1500,
  });
  useWorkerKeys(worker.data, worker.refresh);
  const isGone = worker.error instanceof ApiError && worker.error.status === 404;
  return (
    <>
      <header class="page-head">
        <div class="crumbs">
          <a href={urlOf("workers")}>
            <Icon name="left" />
            Workers
          </a>
        </div>
        <h1>{id}</h1>
        <div class="tools">
          <a class="button" href={urlOf("tasks", "", { worker: id })}>
            <Icon name="filter" />
            Its tasks
          </a>
          {worker.data && <WorkerActions worker={worker.data} done={worker.refresh} />}
        </div>
      </header>
      {isGone ? <Gone id={id} /> : <Here id={id} worker={worker} />}
    </>
  );
}

function Here({ id, worker }: { id: string; worker: Resource<WorkerDetail> }): JSX.Element {
  return (
    <>
      <Panel resource={worker}>
        {(data) => (
          <>
            <Facts>
              <Fact name="State">
                <State worker={data} /> <Warnings worker={data} />
              </Fact>
              <Fact name="Slots">
                <Slots worker={data} />
              </Fact>
              <Fact name="Finished">{count(data.finished)}</Fact>
              <Fact name="Failed attempts">
                <Failed worker={data} />
              </Fact>
              <Fact name="Heard">
                <Ago at={data.heard_at} />
              </Fact>
              <Fact name="Joined">
                <Ago at={data.joined_at} />
              </Fact>
              <VitalFacts worker={data} />
              <Fact name="Version">{data.version}</Fact>
              {data.address && (
                <Fact name="Address">
                  <code>{data.address}</code>
                </Fact>
              )}
            </Facts>
            {data.address && <Code label="the command">{`fastworker inspect ${data.address}`}</Code>}
          </>
        )}
      </Panel>
      <Panel title="Runs now" resource={worker}>
        {({ tasks }) =>
          tasks.length === 0 ? (
            <Empty icon="clock" title="It runs nothing now" />
          ) : (
            <>
              <DataTable
                caption="Running tasks"
                isWalked
                rows={tasks}
                idOf={(task) => task.id}
                open={(task) => navigate(urlOf("tasks", task.id))}
                columns={COLUMNS.filter(({ key }) => ["status", "name", "priority", "attempts", "run"].includes(key))}
              />
              <Stacks tasks={tasks} />
            </>
          )
        }
      </Panel>
      <WorkerCharts of={id} />
      <Recent of={id} />
      <Log of={id} />
      <Moves of={id} />
      <Panel title="Functions" resource={worker}>
        {({ functions }) => (
          <p class="links">
            {functions.map((name) => (
              <a key={name} href={urlOf("functions", name)}>
                {name}
              </a>
            ))}
          </p>
        )}
      </Panel>
    </>
  );
}
