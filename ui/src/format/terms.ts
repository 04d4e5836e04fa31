// What was agreed for a task, in words.
import type { Backoff } from "../api/types";
import { duration } from "./numbers";

/** Return how long is waited before the next attempt, e.g. "1 s, then 2 times as long, at most 5 min". */
export function backoffText({ initial, factor, maximum, jitter }: Backoff): string {
  if (initial === 0) return "none";
  const parts = [duration(Math.min(initial, maximum))];
  if (factor !== 1 && initial < maximum) parts.push(`then ${factor} times as long, at most ${duration(maximum)}`);
  if (jitter > 0) parts.push(`up to ${Math.round(jitter * 100)} % less by chance`);
  return parts.join(", ");
}
