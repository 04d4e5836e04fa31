// What happened while the lines were drawn: workers that came and went.
import type { WorkerMove } from "../api/types";
import type { Mark } from "./plot";
import type { Zoom } from "./zoom";

/** Return what each coming and going of a worker is called, and where it stands. */
export function marksOf(moves: readonly WorkerMove[]): Mark[] {
  return moves.map(({ is_coming, at, is_loss }) => {
    const label = is_coming ? "worker came" : is_loss ? "worker lost" : "worker left";
    return { at: Date.parse(at) / 1000, label, color: is_loss ? "--bad" : "--text-muted" };
  });
}

/** Return the marks in a window of time. */
export function within(marks: readonly Mark[], { from, to }: Zoom): Mark[] {
  return marks.filter(({ at }) => at >= from && at <= to);
}

/** Return the kinds of marks with how many there are of each. */
export function counted(marks: readonly Mark[]): (Pick<Mark, "label" | "color"> & { number: number })[] {
  const kinds = [...new Map(marks.map((mark) => [mark.label, mark])).values()];
  return kinds.map(({ label, color }) => ({
    label,
    color,
    number: marks.filter((mark) => mark.label === label).length,
  }));
}
