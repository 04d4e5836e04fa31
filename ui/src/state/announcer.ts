// The one polite live region: what happened by itself, gathered, at most once in ten seconds; what one did, at once.
import { signal } from "@preact/signals";
import { count, plural } from "../format/numbers";

const QUIET_MILLISECONDS = 10_000;

/** What is counted, and in this order said: "12 new tasks, 2 failed". */
const SAID = {
  submitted: (number: number) => plural(number, "new task"),
  matching: (number: number) => plural(number, "new task that matches", "new tasks that match"),
  failed: (number: number) => `${count(number)} failed`,
  uncertain: () => "the list may have changed",
};
export type Happening = keyof typeof SAID;

export const announcement = signal("");
const gathered = new Map<Happening, number>();
let timer: ReturnType<typeof setTimeout> | undefined;
let lastAt = -QUIET_MILLISECONDS;

/** Say something now: the answer to what the person just did. */
export function announce(text: string): void {
  // The same text twice would not be read again.
  announcement.value = announcement.peek() === text ? `${text}\u00a0` : text;
  lastAt = performance.now();
}

/** Count something that happened by itself; it is said together with the rest, once it has been quiet for a while. */
export function tally(what: Happening, number: number): void {
  if (number <= 0) return;
  gathered.set(what, (gathered.get(what) ?? 0) + number);
  timer ??= setTimeout(sayOrWait, waiting());
}

function waiting(): number {
  return Math.max(0, lastAt + QUIET_MILLISECONDS - performance.now());
}

function sayOrWait(): void {
  // Meanwhile the person may have done something, and hears of that first.
  timer = waiting() > 0 ? setTimeout(sayOrWait, waiting()) : undefined;
  if (timer !== undefined) return;
  const kinds = Object.keys(SAID) as Happening[];
  const text = kinds.flatMap((what) => (gathered.has(what) ? [SAID[what](gathered.get(what) ?? 0)] : [])).join(", ");
  gathered.clear();
  announce(text);
}
