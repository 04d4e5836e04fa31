// The time as a signal, once a second while somebody looks, corrected to the control plane's clock.
import { signal } from "@preact/signals";
import { isBoolean, stored } from "./stored";

export const now = signal(Date.now());
export const isUtc = stored("utc", false, isBoolean);
let ahead = 0;

/** Learn from a reply how far the control plane's clock is ahead of this one; below 2 s it is the way of the reply. */
export function noteServerTime(at: number): void {
  const difference = at - Date.now();
  ahead = Math.abs(difference) < 2000 ? 0 : difference;
}

/** Milliseconds since 1970 on the control plane's clock. */
export function serverNow(): number {
  return Date.now() + ahead;
}

/** Milliseconds since 1970 on this clock, read again each second: for what this browser itself has timed. */
export function localNow(): number {
  return now.value - ahead;
}

export function startClock(): void {
  const tick = () => {
    if (!document.hidden) now.value = serverNow();
  };
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
