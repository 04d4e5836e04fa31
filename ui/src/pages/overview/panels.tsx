// Beside the charts: the queues, the functions, and what a person should look at.
import type { JSX } from "preact";
import type {
  Attention,
  Function as TaskFunction,
  FunctionPage,
  Overview,
  Queue,
  QueuePage,
  QueuesEvent,
} from "../../api/types";
import { Badge } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { Icon, type IconName } from "../../components/icons";
import { LimitedBadge } from "../../components/limiting";
import { Empty, Panel } from "../../components/panel";
import { Sparkline } from "../../components/sparkline";
import { PriorityMark } from "../../components/status";
import { Ago } from "../../components/basics";
import { count, percentile, rate, share } from "../../format/numbers";
import type { Resource } from "../../live/resource";
import { useResource } from "../../live/resource";
import type { LiveEvent } from "../../live/protocol";
import { type PageName, urlOf } from "../../router/route";

const QUEUE_TOPICS = ["queues"];
const TASK_TOPICS = ["tasks"];
const MOST_FUNCTIONS = 6;

/** The four queues with an event's in place. */
export function withQueues(event: LiveEvent, page: QueuePage | null): QueuePage | undefined {
  return page ? { ...page, items: (event.data as QueuesEvent).queues } : undefined;
}

export function useQueues(): Resource<QueuePage> {
  return useResource<QueuePage>("queues", { topics: QUEUE_TOPICS, apply: withQueues });
}

export function QueuesPanel(): JSX.Element {
  const queues = useQueues();
  return (
    <Panel title="Queues" resource={queues} tools={<a href={urlOf("queues")}>All of it</a>}>
      {(page) => (
        <DataTable<Queue>
          caption="The four priorities"
          rows={page.items}
          idOf={({ priority }) => priority}
          columns={[
            {
              key: "priority",
              label: "Priority",
              cell: (queue) => (
                <a class="plain" href={urlOf("queues", queue.priority)}>
                  <PriorityMark priority={queue.priority} /> <LimitedBadge queue={queue} />{" "}
                  {queue.pause && (
                    <Badge tone="warn" icon="pause">
                      paused
                    </Badge>
                  )}
                </a>
              ),
            },
            { key: "depth", label: "Depth", align: "end", cell: ({ depth }) => count(depth) },
            { key: "rate", label: "Out", align: "end", cell: ({ out_per_second }) => rate(out_per_second) },
            {
              key: "oldest",
              label: "Oldest",
              align: "end",
              cell: ({ oldest_queued_at }) => <Ago at={oldest_queued_at} />,
            },
            {
              key: "history",
              label: "5 min",
              align: "end",
              cell: ({ depth_history, priority }) => (
                <Sparkline
                  values={depth_history}
                  label={`Depth of ${priority} over 5 minutes, now ${depth_history.at(-1) ?? 0}`}
                />
              ),
            },
          ]}
        />
      )}
    </Panel>
  );
}

/** The functions that fail most, then the slowest. */
export function notable(functions: readonly TaskFunction[]): TaskFunction[] {
  return functions
    .filter(({ succeeded, failed }) => succeeded + failed > 0)
    .sort(
      (one, other) =>
        (other.failure_ratio ?? 0) - (one.failure_ratio ?? 0) ||
        (other.run_seconds.p95 ?? 0) - (one.run_seconds.p95 ?? 0),
    )
    .slice(0, MOST_FUNCTIONS);
}

export function FunctionsPanel(): JSX.Element {
  const functions = useResource<FunctionPage>("functions?limit=200", { topics: TASK_TOPICS, pace: 5_000 });
  return (
    <Panel
      title="Failing and slow functions"
      resource={functions}
      tools={<a href={urlOf("functions")}>All functions</a>}
    >
      {({ items }) =>
        notable(items).length === 0 ? (
          <Empty icon="chart" title="No function has run yet" />
        ) : (
          <DataTable<TaskFunction>
            caption="Functions that fail most or take longest"
            rows={notable(items)}
            idOf={({ name }) => name}
            columns={[
              {
                key: "name",
                label: "Function",
                isWide: true,
                cell: ({ name }) => <a href={urlOf("functions", name)}>{name}</a>,
              },
              {
                key: "failed",
                label: "Failed",
                align: "end",
                cell: ({ failure_ratio, failed }) => (
                  <span class={failed ? "bad-text" : "muted"}>{share(failure_ratio)}</span>
                ),
              },
              { key: "p95", label: "p95 run", align: "end", cell: ({ run_seconds }) => percentile(run_seconds.p95) },
              { key: "done", label: "Done", align: "end", cell: ({ succeeded, failed }) => count(succeeded + failed) },
            ]}
          />
        )
      }
    </Panel>
  );
}

const TARGETS: Partial<Record<Attention["kind"], PageName>> = {
  failing: "errors",
  paused: "queues",
  stuck: "workers",
  "worker-lost": "workers",
  "no-worker": "functions",
  "queue-full": "queues",
  "loop-blocked": "system",
  draining: "system",
  blind: "system",
  unseen: "errors",
};
const ICONS: Partial<Record<Attention["kind"], IconName>> = {
  paused: "pause",
  draining: "drain",
  "worker-lost": "unplug",
};

/** The kinds whose target is the subject of their page. */
const SUBJECTS: readonly Attention["kind"][] = ["failing", "no-worker", "stuck"];

export function hrefOf({ kind, target }: Pick<Attention, "kind" | "target">): string {
  if (kind === "unseen") return target ? urlOf("errors", target) : urlOf("errors", "", { show: "new" });
  return urlOf(TARGETS[kind] ?? "overview", SUBJECTS.includes(kind) && target ? target : "");
}

export function AttentionPanel({ overview }: { overview: Resource<Overview> }): JSX.Element {
  return (
    <Panel title="Needs attention" resource={overview}>
      {({ attention }) =>
        attention.length === 0 ? (
          <Empty title="All is well" />
        ) : (
          <ul class="attention">
            {attention.map((one) => (
              <li key={`${one.kind} ${one.target}`}>
                <Icon name={ICONS[one.kind] ?? "warn"} />
                <a href={hrefOf(one)}>{one.message}</a>
              </li>
            ))}
          </ul>
        )
      }
    </Panel>
  );
}
