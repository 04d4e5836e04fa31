// The charts of the history, and where one stands alone.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { OverviewEvent, Series, WorkerMovePage } from "../../api/types";
import { Chart } from "../../charts/chart";
import { marksOf } from "../../charts/marks";
import type { Mark } from "../../charts/plot";
import { PRIORITIES } from "../../components/status";
import { count, duration, percentile, rate } from "../../format/numbers";
import type { LiveEvent } from "../../live/protocol";
import { useResource } from "../../live/resource";
import { ENDED, linesOf, type Recipe } from "./series";

const latencies = (of: "run" | "wait"): Recipe => [
  [`${of}_p50`, "p50", "--series-1"],
  [`${of}_p95`, "p95", "--series-2"],
  [`${of}_p99`, "p99", "--series-3"],
];
const RUN = latencies("run");
const WAIT = latencies("wait");
const depthOf = (priority: string) => [`depth_${priority}`, priority, `--${priority}`] as const;
const DEPTHS: Recipe = PRIORITIES.map(depthOf);
const DEPTH_OF = Object.fromEntries(PRIORITIES.map((priority): [string, Recipe] => [priority, [depthOf(priority)]]));
const waitsOf = (priority: string): Recipe =>
  WAIT.map(([column, label, color]) => [`${column}_${priority}`, label, color] as const);
const SLOTS: Recipe = [
  ["running", "running", "--series-1"],
  ["slots", "capacity", "--series-4", [4, 3]],
];
const LAG: Recipe = [["loop_lag", "lag", "--series-1"]];

interface Drawn {
  title: string;
  recipe: Recipe;
  format: (value: number) => string;
  isStacked?: boolean;
  isWhole?: boolean;
  isLog?: boolean;
}

/** By the name that `?panel=` calls them. */
export const CHARTS = {
  throughput: { title: "Throughput", recipe: ENDED, format: rate, isStacked: true },
  latency: { title: "Run latency", recipe: RUN, format: percentile, isLog: true },
  wait: { title: "Wait latency", recipe: WAIT, format: percentile, isLog: true },
  depth: { title: "Queue depth", recipe: DEPTHS, format: count, isStacked: true, isWhole: true },
  slots: { title: "Slots", recipe: SLOTS, format: count, isWhole: true },
  lag: { title: "Event loop lag", recipe: LAG, format: duration },
} satisfies Record<string, Drawn>;

export type ChartName = keyof typeof CHARTS;

export function isChartName(name: string): name is ChartName {
  return Object.hasOwn(CHARTS, name);
}

export function HistoryChart({ of, series, height }: { of: ChartName; series: Series; height?: number }): JSX.Element {
  const { recipe, ...drawn }: Drawn = CHARTS[of];
  const lines = useMemo(() => linesOf(series, recipe), [series, recipe]);
  const marks = useMarks(MARKED.includes(of));
  return <Chart {...drawn} at={series.at} lines={lines} marks={marks} height={height} />;
}

/** How many tasks of one priority wait, and how long those waited that started. */
export function QueueCharts({ of, series }: { of: string; series: Series }): JSX.Element {
  const depth = useMemo(() => linesOf(series, DEPTH_OF[of] ?? DEPTHS), [series, of]);
  const waits = useMemo(() => linesOf(series, waitsOf(of)), [series, of]);
  return (
    <div class="grid charts pair">
      <Chart title="Depth" format={count} isWhole isStacked at={series.at} lines={depth} />
      <Chart title="Wait latency" format={percentile} isLog at={series.at} lines={waits} />
    </div>
  );
}

const MARKED: readonly ChartName[] = ["throughput", "slots"];
const MOVE_TOPICS = ["overview"];
const NO_MARKS: readonly Mark[] = [];

/** The overview tells the number of the latest move: as long as it is known, there is nothing to ask. */
export function applyMoves(event: LiveEvent, page: WorkerMovePage | null): WorkerMovePage | undefined {
  if (event.type !== "overview" || page === null) return undefined;
  const known = page.items[0]?.number ?? 0;
  return (event.data as OverviewEvent).overview.last_worker_move === known ? page : undefined;
}

/** The workers that came and went. */
function useMarks(isWanted: boolean): readonly Mark[] {
  const path = isWanted ? "worker-moves?limit=200" : null;
  const { data } = useResource<WorkerMovePage>(path, { topics: MOVE_TOPICS, pace: 5_000, apply: applyMoves });
  return useMemo(() => (data ? marksOf(data.items) : NO_MARKS), [data]);
}

const BESIDE: readonly ChartName[] = ["throughput", "latency", "wait", "depth", "slots", "lag"];

export function Charts({ series }: { series: Series }): JSX.Element {
  return (
    <div class="grid charts">
      {BESIDE.map((name) => (
        <HistoryChart key={name} of={name} series={series} />
      ))}
    </div>
  );
}
