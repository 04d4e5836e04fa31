// A small line of numbers beside the number of now. Those who cannot see it are told its values.
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { thinned } from "../charts/stack";
import { count } from "../format/numbers";

const WIDTH = 96;
const HEIGHT = 22;
const FULL = 30; // so many values fill the width: while there are fewer, the line begins where they do
const MOST_TOLD = 10;

/** Return where a line of values goes: the latest on the right, none steeper for there being few. */
export function placesOf(values: readonly number[]): [x: number, y: number][] {
  const top = Math.max(1, ...values);
  const step = WIDTH / (Math.max(FULL, values.length) - 1);
  const first = WIDTH - (values.length - 1) * step;
  return values.map((value, index) => [first + index * step, HEIGHT - 1 - (value / top) * (HEIGHT - 3)]);
}

/** Return a line of values in words. */
export function inWords(values: readonly number[], format: (value: number) => string = count): string {
  if (values.length === 0) return "Nothing yet";
  const some = thinned(values.length, MOST_TOLD).map((index) => format(values[index] ?? 0));
  return `Between ${format(Math.min(...values))} and ${format(Math.max(...values))}; from the oldest: ${some.join(", ")}`;
}

interface SparklineProps {
  values: readonly number[];
  label: string;
  format?: (value: number) => string;
}

export function Sparkline({ values, label, format }: SparklineProps): JSX.Element {
  const id = useId();
  const places = placesOf(values).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  const start = places[0]?.split(",")[0];
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
      aria-describedby={id}
    >
      <title>{label}</title>
      <desc id={id}>{inWords(values, format)}</desc>
      {places.length > 1 && <path class="area" d={`M${start},${HEIGHT} L${places.join(" L")} L${WIDTH},${HEIGHT} Z`} />}
      {places.length > 1 && <polyline points={places.join(" ")} />}
    </svg>
  );
}
