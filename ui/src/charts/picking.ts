// A part of a chart's time that is chosen by keys. Moments, not places: new numbers come in meanwhile.
import type { Zoom } from "./zoom";

/** Where the choice began, and where it is now: unix seconds. */
export interface Picked {
  anchor: number;
  other: number;
}

const STRIDES = 60; // so many presses lead from one end to the other

/** Return the place of the last point at or before a moment. */
export function placeOf(points: readonly number[], at: number): number {
  return Math.max(0, points.findLastIndex((point) => point <= at));
}

/** Return what is chosen after a key; undefined when it is none that chooses. `isMore` leaves the beginning where it is. */
export function moved(
  picked: Picked | null,
  points: readonly number[],
  { key, shiftKey: isMore }: Pick<KeyboardEvent, "key" | "shiftKey">,
): Picked | undefined {
  const last = points.length - 1;
  const stride = Math.max(1, Math.round(points.length / STRIDES));
  const step = { ArrowLeft: -stride, ArrowRight: stride, Home: -points.length, End: points.length }[key];
  if (step === undefined || last < 1) return undefined;
  const from = picked ? placeOf(points, picked.other) : last;
  const place = picked || step < 0 ? Math.max(0, Math.min(last, from + step)) : last;
  const other = points[place] ?? 0;
  return { anchor: isMore ? (picked?.anchor ?? points[last] ?? other) : other, other };
}

/** Return the time that is chosen; of a single point, that to its neighbours. */
export function spanOf({ anchor, other }: Picked, points: readonly number[]): Zoom {
  if (anchor !== other) return { from: Math.min(anchor, other), to: Math.max(anchor, other) };
  const place = placeOf(points, other);
  return { from: points[Math.max(0, place - 1)] ?? other, to: points[Math.min(points.length - 1, place + 1)] ?? other };
}
