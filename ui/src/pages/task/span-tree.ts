// Spans in the order in which a waterfall shows them: each below the one that it is inside of, by their beginnings.
import type { TaskSpan } from "../../api/types";
import { momentOf } from "../../format/times";

export interface Placed {
  span: TaskSpan;
  depth: number;
  /** Milliseconds since the first of all began. */
  offset: number;
  /** The name of the span that it is inside of, where that one is shown. */
  inside: string | null;
}

/** When a span began, milliseconds since 1970, with the microseconds that `Date` leaves out. */
export function beganAt({ started_at }: Pick<TaskSpan, "started_at">): number {
  const beyond = /\.\d{3}(\d+)/.exec(started_at)?.[1];
  return (momentOf(started_at) ?? 0) + (beyond ? Number(`0.${beyond}`) : 0);
}

/** Those whose parent is not shown come first; an id of its own may be anybody's parent, but only once. */
export function placed(spans: readonly TaskSpan[]): Placed[] {
  const sorted = [...spans].sort((one, other) => beganAt(one) - beganAt(other) || other.seconds - one.seconds);
  const ids = new Set(sorted.map(({ span_id }) => span_id));
  const from = sorted.length ? Math.min(...sorted.map(beganAt)) : 0;
  const shown: Placed[] = [];
  const seen = new Set<TaskSpan>();
  const place = (span: TaskSpan, depth: number, inside: string | null) => {
    if (seen.has(span)) return;
    seen.add(span);
    shown.push({ span, depth, offset: beganAt(span) - from, inside });
    for (const child of sorted) if (child.parent_id === span.span_id) place(child, depth + 1, span.name);
  };
  for (const span of sorted) if (!span.parent_id || !ids.has(span.parent_id)) place(span, 0, null);
  for (const span of sorted) place(span, 0, null); // those that are inside each other, should anybody say so
  return shown;
}

/** How long all of them last together, in milliseconds; never 0, so that parts of it can be told. */
export function lastOf(all: readonly Placed[]): number {
  return Math.max(0.001, ...all.map(({ span, offset }) => offset + span.seconds * 1000));
}
