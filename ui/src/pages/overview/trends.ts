// Where the numbers of the overview are going: the last minute against the one before.
import type { Queue, Series } from "../../api/types";

export type Going = "grows" | "shrinks" | "steady";

const CLEARLY = 1.1;
const MINUTE = 60; // steps of a second
const MINUTE_OF_DEPTHS = 6; // steps of ten seconds
const FEWEST = 30; // seconds of the minute before, or there is nothing to compare with

function going(now: number, then: number): Going {
  if (now > then * CLEARLY) return "grows";
  return then > now * CLEARLY ? "shrinks" : "steady";
}

/** The mean of what was seen. */
function mean(values: readonly (number | null)[]): number | null {
  const seen = values.filter((value) => value !== null);
  return seen.length === 0 ? null : seen.reduce((sum, value) => sum + value, 0) / seen.length;
}

/** Tell where the sum of some columns is going. */
export function trend(series: Series | null, names: readonly string[]): Going {
  if (!series || series.at.length < MINUTE + FEWEST) return "steady";
  const columns = names.map((name) => series.columns[name] ?? []);
  const sums = series.at.map((_, index) =>
    columns.reduce((sum: number | null, column) => {
      const value = column[index] ?? null;
      return value === null ? sum : (sum ?? 0) + value;
    }, null),
  );
  const now = mean(sums.slice(-MINUTE));
  const then = mean(sums.slice(-2 * MINUTE, -MINUTE));
  return now === null || then === null ? "steady" : going(now, then);
}

/** Tell whether there are other workers than a minute ago: one more of many counts. */
export function workersTrend(series: Series | null): Going {
  const workers = series?.columns.workers ?? [];
  const now = workers.at(-1) ?? null;
  const then = workers.at(-1 - MINUTE) ?? null;
  if (now === null || then === null || now === then) return "steady";
  return now > then ? "grows" : "shrinks";
}

/** Tell where what waits is going: how many there are now against a minute ago. */
export function waitingTrend(waiting: number, queues: readonly Pick<Queue, "depth_history">[]): Going {
  const before = queues.map(({ depth_history: depths }) => depths.at(-MINUTE_OF_DEPTHS) ?? depths[0]);
  if (waiting === 0 || before.length === 0 || before.includes(undefined)) return "steady";
  return going(
    waiting,
    before.reduce((sum: number, depth) => sum + (depth ?? 0), 0),
  );
}
