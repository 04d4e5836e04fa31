// The icons, drawn on a grid of 16 with one stroke. They say nothing alone: a text always stands beside or in a label.
import type { JSX } from "preact";

const PATHS = {
  bolt: "M9.3 1.5 3.2 9.2h4.2l-.7 5.3 6.1-7.7H8.6z",
  menu: "M2 4h12M2 8h12M2 12h12",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13",
  moon: "M13.5 9.6A6 6 0 1 1 6.4 2.5a4.8 4.8 0 0 0 7.1 7.1z",
  help: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM6.1 6.2A2 2 0 1 1 8 8.6v.9M8 11.6v.1",
  close: "m3.5 3.5 9 9M12.5 3.5l-9 9",
  check: "m3 8.5 3.3 3.3L13 4.8",
  cross: "m4 4 8 8M12 4l-8 8",
  play: "M5 3.2v9.6L12.6 8z",
  pause: "M5.5 3v10M10.5 3v10",
  gauge: "M2 12.5a6 6 0 1 1 12 0M8 12.5l2.8-4.2",
  clock: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 4.5V8l2.4 1.6",
  stack: "M2.5 5.2 8 2.5l5.5 2.7L8 8zM2.5 8.2 8 11l5.5-2.8M2.5 11 8 13.8l5.5-2.8",
  ban: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM3.5 3.5l9 9",
  unplug:
    "m2 14 2.6-2.6M11.4 4.6 14 2M6.5 6.5 5 8a2.4 2.4 0 0 0 3.3 3.3l1.2-1.2M9.5 9.5 11 8a2.4 2.4 0 0 0-3.3-3.3L6.5 5.9M3 3l10 10",
  hourglass: "M4 1.8h8M4 14.2h8M5 1.8c0 3.2 3 4.2 3 6.2s-3 3-3 6.2M11 1.8c0 3.2-3 4.2-3 6.2s3 3 3 6.2",
  retry: "M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.8v3h-3",
  bin: "M2.5 4.5h11M6.3 4.5v-2h3.4v2M4 4.5l.7 9h6.6l.7-9M6.8 7v4M9.2 7v4",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  left: "M10 3 5 8l5 5",
  right: "m6 3 5 5-5 5",
  up: "m3 10 5-5 5 5",
  down: "m3 6 5 5 5-5",
  external: "M6.5 3H3v10h10V9.5M9 2.5h4.5V7M13.2 2.8 7.5 8.5",
  warn: "M8 2 1.6 13.5h12.8zM8 6.5v3M8 11.6v.1",
  filter: "M2 3.5h12L9.5 8.8v4.2l-3-1.5V8.8z",
  table: "M2 3h12v10H2zM2 6.5h12M6.5 6.5V13",
  chart: "M2 2v12h12M4.5 10.5l3-3.5 2.2 2L13.5 5",
  download: "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11",
  columns: "M2 3h12v10H2zM6 3v10M10 3v10",
  dot: "M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  send: "M14 2 7 9M14 2 9.5 14 7 9 2 6.5z",
  drain: "M3 2.5h10L9.5 8v5.5l-3-1.5V8z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, class: extra = "" }: { name: IconName; class?: string }): JSX.Element {
  return (
    <svg
      class={`icon ${extra}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
