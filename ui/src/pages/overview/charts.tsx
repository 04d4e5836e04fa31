// The charts of the history, and where one stands alone.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Series } from "../../api/types";
import { Chart } from "../../charts/chart";
import { PRIORITIES } from "../../components/status";
import { count, duration, rate } from "../../format/numbers";
import { ENDED, linesOf, type Recipe } from "./series";

const LATENCY: Recipe = [
  ["run_p50", "run p50", "--series-1"],
  ["run_p95", "run p95", "--series-2"],
  ["run_p99", "run p99", "--series-3"],
  ["wait_p50", "wait p50", "--series-1", [4, 3]],
  ["wait_p95", "wait p95", "--series-2", [4, 3]],
];
const DEPTHS: Recipe = PRIORITIES.map((priority) => [`depth_${priority}`, priority, `--${priority}`] as const);
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
}

/** By the name that `?panel=` calls them. */
export const CHARTS = {
  throughput: { title: "Throughput", recipe: ENDED, format: rate, isStacked: true },
  latency: { title: "Latency", recipe: LATENCY, format: duration },
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
  return <Chart {...drawn} at={series.at} lines={lines} height={height} />;
}

const BESIDE: readonly ChartName[] = ["throughput", "latency", "depth", "slots"];

export function Charts({ series }: { series: Series }): JSX.Element {
  return (
    <div class="grid two">
      {BESIDE.map((name) => (
        <HistoryChart key={name} of={name} series={series} />
      ))}
    </div>
  );
}
