// The one polite live region: what changed by itself, gathered, at most once in ten seconds; what one did, at once.
import { signal } from "@preact/signals";

const QUIET_MILLISECONDS = 10_000;
export const announcement = signal("");
const gathered = new Map<string, number>();
let timer: ReturnType<typeof setTimeout> | undefined;
let lastAt = -QUIET_MILLISECONDS;

/** Say something now: the answer to what the person just did. */
export function announce(text: string): void {
  // The same text twice would not be read again.
  announcement.value = announcement.peek() === text ? `${text}\u00a0` : text;
  lastAt = performance.now();
}

/** Count something that happened by itself; it is said together with the rest: "12 new tasks, 2 failed". */
export function tally(what: string, number: number): void {
  if (number <= 0) return;
  gathered.set(what, (gathered.get(what) ?? 0) + number);
  timer ??= setTimeout(say, Math.max(0, lastAt + QUIET_MILLISECONDS - performance.now()));
}

function say(): void {
  timer = undefined;
  const text = [...gathered].map(([what, number]) => `${number} ${what}`).join(", ");
  gathered.clear();
  if (text) announce(text);
}
