// Moments as people read them. A moment is milliseconds since 1970, as in `Date`.
import { duration } from "./numbers";

function partsOf(at: number, isUtc: boolean): Record<string, string> {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return isUtc
    ? {
        day: `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`,
        clock: `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`,
      }
    : {
        day: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
        clock: `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
      };
}

/** 14:03:07, local or UTC. */
export function clockTime(at: number, isUtc: boolean): string {
  return partsOf(at, isUtc).clock + (isUtc ? "Z" : "");
}

/** 2026-11-21 14:03:07.120, local or UTC: for titles and tables of steps. */
export function fullTime(at: number, isUtc: boolean): string {
  const { day, clock } = partsOf(at, isUtc);
  return `${day} ${clock}.${String(Math.floor(at) % 1000).padStart(3, "0")}${isUtc ? " UTC" : ""}`;
}

/** "4 s ago", "in 2 min"; "now" within a second. */
export function relative(at: number, now: number): string {
  const seconds = (now - at) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  const text = duration(Math.round(Math.abs(seconds)));
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** Read a moment as the API writes it (RFC 3339); NaN never comes out. */
export function momentOf(text: string | null | undefined): number | null {
  if (!text) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
