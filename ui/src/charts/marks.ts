// What happened while the lines were drawn: workers that came and went.
import type { WorkerMove } from "../api/types";
import type { Mark } from "./plot";
import type { Zoom } from "./zoom";

/** Return what each coming and going of a worker is called, and where it stands. */
export function marksOf(moves: readonly WorkerMove[]): Mark[] {
  return moves.map((move) => ({ at: Date.parse(move.at) / 1000, ...kindOf(move) }));
}

function kindOf({ is_coming, is_loss, has_new_code }: WorkerMove): Pick<Mark, "label" | "color"> {
  if (has_new_code) return { label: "worker with new code", color: "--accent" };
  if (is_coming) return { label: "worker came", color: "--text-muted" };
  return is_loss ? { label: "worker lost", color: "--bad" } : { label: "worker left", color: "--text-muted" };
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
