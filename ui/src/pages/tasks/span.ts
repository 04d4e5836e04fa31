// A part of the time that a histogram of tasks shows.
import type { TaskHistogram } from "../../api/types";

type Steps = Pick<TaskHistogram, "began_at" | "step_seconds" | "counts">;

/** Some neighbouring steps, from the first to the last. */
export interface Span {
  first: number;
  last: number;
}

/** Return the steps between two, whichever comes first, within the picture. */
export function spanOf(one: number, other: number, { counts }: Pick<Steps, "counts">): Span {
  const within = (index: number) => Math.max(0, Math.min(counts.length - 1, index));
  return { first: within(Math.min(one, other)), last: within(Math.max(one, other)) };
}

/** Return the moments at which a span begins and ends, milliseconds since 1970. */
export function momentsOf({ first, last }: Span, { began_at, step_seconds }: Steps): { from: number; to: number } {
  const began = Date.parse(began_at);
  const at = (index: number) => began + index * step_seconds * 1000;
  return { from: Math.floor(at(first)), to: Math.ceil(at(last + 1)) };
}

/** Return how many tasks there are in a span. */
export function sumOf({ first, last }: Span, { counts }: Pick<Steps, "counts">): number {
  return counts.slice(first, last + 1).reduce((sum, one) => sum + one, 0);
}

/** Return the step under a place of the picture, given as a part of its width. */
export function stepAt(part: number, { counts }: Pick<Steps, "counts">): number {
  return Math.max(0, Math.min(counts.length - 1, Math.floor(part * counts.length)));
}
