// The history of the control plane in columns, brought up to date by the events of the overview.
import { STATUSES } from "../../components/status";
import type { Line } from "../../charts/plot";
import type { OverviewEvent, Range, Series } from "../../api/types";
import { type Resource, useResource } from "../../live/resource";
import type { LiveEvent } from "../../live/protocol";

export const RANGES: readonly Range[] = ["15m", "1h", "6h", "24h"];
const TOPICS = ["overview"];
const MOST_ROWS = 900;
const PACE: Record<Range, number> = { "15m": 1_000, "1h": 10_000, "2h": 10_000, "6h": 60_000, "24h": 60_000 };

/** Add the newest row; the oldest goes. Only the shortest range has a row per event. */
export function withRow(series: Series | null, event: LiveEvent): Series | undefined {
  const { at, row } = (event.data ?? {}) as Partial<OverviewEvent>;
  if (!series || series.range !== "15m" || !at || !row) return undefined;
  const last = series.at[series.at.length - 1] ?? 0;
  if (at <= last) return series;
  if (at - last > 2 * series.step_seconds) return undefined; // something was missed
  const columns = Object.fromEntries(
    Object.entries(series.columns).map(([name, values]) => [name, [...values, row[name] ?? null].slice(-MOST_ROWS)]),
  );
  return { ...series, at: [...series.at, at].slice(-MOST_ROWS), columns };
}

/** The history of all together, or of one priority. */
export function useSeries(range: Range, priority = ""): Resource<Series> {
  const of = priority ? `&priority=${encodeURIComponent(priority)}` : "";
  return useResource<Series>(`metrics/series?range=${range}${of}`, {
    topics: TOPICS,
    pace: PACE[range],
    apply: (event, data) => withRow(data, event),
  });
}

/** What is drawn: which columns, under which name, in which colour. */
export type Recipe = readonly (readonly [column: string, label: string, color: string, dash?: number[]])[];

/** How tasks end. */
export const ENDS = STATUSES.slice(3);

/** Ends of tasks, and on top of them the attempts that are tried again. */
export const ENDED: Recipe = [
  ...ENDS.map((status) => [status, status, `--${status}`] as const),
  ["retried", "retried", "--scheduled"],
];

export function linesOf(series: Pick<Series, "columns">, recipe: Recipe): Line[] {
  return recipe.flatMap(([column, label, color, dash]) => {
    const values = series.columns[column];
    return values ? [{ label, values, color, ...(dash ? { dash } : {}) }] : [];
  });
}
