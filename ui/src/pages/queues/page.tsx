// The four priorities: what waits, how fast it goes, and holding one back.
import type { JSX } from "preact";
import { pauseQueue, resumeQueue } from "../../api/actions";
import type { Queue, QueuePage, Series, TaskPage, TaskSummary } from "../../api/types";
import { Ago, Fact, Facts, Meter } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { Icon } from "../../components/icons";
import { Content, Empty, Panel } from "../../components/panel";
import { editLimits, LimitsButton, LimitsNote } from "../../components/limiting";
import { PauseButton, PauseNote, turnPause } from "../../components/pausing";
import { Sparkline } from "../../components/sparkline";
import { PriorityMark } from "../../components/status";
import { count, duration, NOTHING, rate } from "../../format/numbers";
import { type Resource, useResource } from "../../live/resource";
import { navigate, param } from "../../router/location";
import { urlOf } from "../../router/route";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { useOverview } from "../../shell/overview-data";
import { Window } from "../../charts/window";
import { QueueCharts } from "../overview/charts";
import { useQueues } from "../overview/panels";
import { RangeChoice, rangeAsked } from "../overview/range";
import { useSeries } from "../overview/series";
import { COLUMNS } from "../tasks/columns";
import { RunningOperations } from "../system/operations";
import { PurgeButton } from "./purge";

export function Queues({ subject }: { subject: string }): JSX.Element {
  return subject ? <One priority={subject} /> : <All />;
}

function pausable({ priority, pause, version }: Queue, done: () => void) {
  return {
    name: `priority ${priority}`,
    pause,
    version,
    done,
    doPause: (request: object, of: string) => pauseQueue(priority, request, of),
    doResume: (of: string) => resumeQueue(priority, of),
  };
}

function drained({ depth, drained_in_seconds: seconds }: Queue): string {
  if (depth === 0) return "empty";
  return seconds === null ? "not in sight" : duration(Math.round(seconds));
}

/** How many run, and of how many that may at once. */
function runningText({ running, limits }: Queue): string {
  return typeof limits?.at_once === "number" ? `${count(running)} of ${count(limits.at_once)}` : count(running);
}

function RunningShare({ queue, slots }: { queue: Queue; slots: number }): JSX.Element {
  const { running, priority, limits } = queue;
  const most = limits?.at_once ?? Infinity;
  const [of, what] = most < slots ? [most, "that may run at once"] : [slots, "slots"];
  return (
    <span class="running-share">
      <Meter value={running} of={of} label={`${running} of ${of} ${what} run ${priority} tasks`} />
      {runningText(queue)}
    </span>
  );
}

function All(): JSX.Element {
  const queues = useQueues();
  const now = useOverview().data;
  const slots = now ? now.slots - now.standby_slots : 0;
  const current = queues.data?.items.find(({ priority }) => priority === param("row"));
  useQueueKeys(current, queues);
  return (
    <>
      <header class="page-head">
        <h1>Queues</h1>
        <p class="muted">A priority is served when none above it has a task that can run.</p>
      </header>
      <Panel<QueuePage> resource={queues} class="list">
        {(page) => (
          <DataTable<Queue>
            caption="The four priorities"
            isWalked
            rows={page.items}
            idOf={({ priority }) => priority}
            open={({ priority }) => navigate(urlOf("queues", priority))}
            columns={[
              {
                key: "priority",
                label: "Priority",
                isWide: true,
                cell: (queue) => (
                  <span class="wraps">
                    <a class="plain" href={urlOf("queues", queue.priority)}>
                      <PriorityMark priority={queue.priority} />
                    </a>{" "}
                    <PauseNote pause={queue.pause} /> <LimitsNote queue={queue} isBrief />
                  </span>
                ),
              },
              { key: "depth", label: "Depth", align: "end", cell: ({ depth }) => <b>{count(depth)}</b> },
              {
                key: "history",
                label: "5 min",
                cell: ({ depth_history, priority, depth }) => (
                  <Sparkline values={depth_history} label={`Depth of ${priority} over 5 minutes, now ${depth}`} />
                ),
              },
              {
                key: "running",
                label: "Running",
                align: "end",
                cell: (queue) => <RunningShare queue={queue} slots={slots} />,
              },
              { key: "scheduled", label: "Scheduled", align: "end", cell: ({ scheduled }) => count(scheduled) },
              {
                key: "oldest",
                label: "Oldest",
                align: "end",
                cell: ({ oldest_queued_at }) => <Ago at={oldest_queued_at} />,
              },
              { key: "in", label: "In", align: "end", cell: ({ in_per_second }) => rate(in_per_second) },
              { key: "out", label: "Out", align: "end", cell: ({ out_per_second }) => rate(out_per_second) },
              { key: "drained", label: "Empty in", align: "end", cell: drained },
              {
                key: "actions",
                label: "Actions",
                align: "end",
                cell: (queue) => (
                  <span class="row-actions">
                    <LimitsButton queue={queue} done={queues.refresh} />
                    <PauseButton {...pausable(queue, queues.refresh)} />
                  </span>
                ),
              },
            ]}
          />
        )}
      </Panel>
    </>
  );
}

function useQueueKeys(queue: Queue | null | undefined, resource: Resource<unknown>): void {
  useShortcuts([
    {
      keys: "p",
      label: "Pause or resume the priority",
      group: "Queues",
      run: () => {
        if (queue && canOperate.peek()) void turnPause(pausable(queue, resource.refresh));
      },
    },
    {
      keys: "l",
      label: "Set the limits of the priority",
      group: "Queues",
      run: () => {
        if (queue && canOperate.peek()) void editLimits(queue, resource.refresh);
      },
    },
  ]);
}

const TOPICS = ["queues"];
const NEXT_SHOWN = 50;
const NEXT_COLUMNS = ["status", "name", "worker", "attempts", "submitted"];

/** How deep it was, and how long its tasks waited. */
function History({ of }: { of: string }): JSX.Element {
  const range = rangeAsked();
  const series = useSeries(range, of);
  return (
    <div>
      <div class="range">
        <Window />
        <RangeChoice value={range} />
      </div>
      <Content resource={series}>{(data: Series) => <QueueCharts of={of} series={data} />}</Content>
    </div>
  );
}

function One({ priority }: { priority: string }): JSX.Element {
  const queue = useResource<Queue>(`queues/${encodeURIComponent(priority)}`, { topics: TOPICS, pace: 1000 });
  const path = `queues/${encodeURIComponent(priority)}/next?limit=${NEXT_SHOWN}`;
  const next = useResource<TaskPage>(path, { topics: ["tasks"], pace: 2000 });
  useQueueKeys(queue.data, queue);
  return (
    <>
      <header class="page-head">
        <div class="crumbs">
          <a href={urlOf("queues")}>
            <Icon name="left" />
            Queues
          </a>
        </div>
        <h1>{queue.data ? <PriorityMark priority={queue.data.priority} /> : priority}</h1>
        <div class="tools">
          <a class="button" href={urlOf("tasks", "", { priority })}>
            <Icon name="filter" />
            Its tasks
          </a>
          {queue.data && <LimitsButton queue={queue.data} done={queue.refresh} />}
          {queue.data && <PauseButton {...pausable(queue.data, queue.refresh)} />}
          {queue.data && <PurgeButton queue={queue.data} done={queue.refresh} />}
        </div>
      </header>
      <RunningOperations />
      <Panel resource={queue}>
        {(data) => (
          <>
            <PauseNote pause={data.pause} />
            <LimitsNote queue={data} />
            <Facts>
              <Fact name="Depth">{count(data.depth)}</Fact>
              <Fact name="5 minutes">
                <Sparkline values={data.depth_history} label={`Depth over 5 minutes, now ${data.depth}`} />
              </Fact>
              <Fact name="Running">{runningText(data)}</Fact>
              <Fact name="Scheduled">{count(data.scheduled)}</Fact>
              <Fact name="Oldest waiting">{data.oldest_queued_at ? <Ago at={data.oldest_queued_at} /> : NOTHING}</Fact>
              <Fact name="In, out">
                {rate(data.in_per_second)}, {rate(data.out_per_second)}
              </Fact>
              <Fact name="Empty in">{drained(data)}</Fact>
            </Facts>
          </>
        )}
      </Panel>
      <History of={priority} />
      <Panel title={`The next ${NEXT_SHOWN}`} resource={next}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty
              title={page.total.value ? "All that waits is held back with its functions" : "Nothing waits in this priority"}
            />
          ) : (
            <DataTable<TaskSummary>
              caption="Waiting tasks in the order in which they start"
              isWalked
              rows={page.items}
              idOf={({ id }) => id}
              open={({ id }) => navigate(urlOf("tasks", id))}
              columns={COLUMNS.filter(({ key }) => NEXT_COLUMNS.includes(key))}
            />
          )
        }
      </Panel>
    </>
  );
}
