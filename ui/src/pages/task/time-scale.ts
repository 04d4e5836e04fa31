// Where a moment stands in a waterfall: as time goes, or with the gaps in which nothing ran drawn short.

export interface Stretch {
  from: number;
  until: number;
}

/** All gaps together, drawn short, are at most this much of what ran. */
const SHORT = 0.25;

/** The stretches of some time in which nothing ran, in order. */
export function gapsOf({ from, until }: Stretch, ran: readonly Stretch[]): Stretch[] {
  const gaps: Stretch[] = [];
  let at = from;
  for (const one of [...ran].sort((a, b) => a.from - b.from)) {
    if (one.from > at) gaps.push({ from: at, until: one.from });
    at = Math.max(at, one.until);
  }
  if (until > at) gaps.push({ from: at, until });
  return gaps;
}

/** How long some stretches are together. */
export function total(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, until }) => sum + until - from, 0);
}

/** Return what tells the place of a moment, from 0 at the beginning to 1 at the end; some gaps are drawn short. */
export function scaleOf({ from, until }: Stretch, gaps: readonly Stretch[]): (at: number) => number {
  const idle = total(gaps);
  const ran = until - from - idle;
  const kept = idle > 0 && ran > 0 ? Math.min(1, (SHORT * ran) / idle) : 1;
  const drawn = (at: number) => at - from - (1 - kept) * total(gaps.map((gap) => upTo(gap, at)));
  return (at) => Math.max(0, Math.min(1, drawn(at) / drawn(until)));
}

function upTo({ from, until }: Stretch, at: number): Stretch {
  return { from, until: Math.max(from, Math.min(until, at)) };
}
