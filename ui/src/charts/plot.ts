// A uPlot chart in the colours of the theme.
import uPlot from "uplot";
import { clockTime } from "../format/times";
import { isolated, stacked } from "./stack";

export interface Line {
  label: string;
  values: readonly (number | null)[];
  /** The name of a colour of the theme, such as `--series-1`. */
  color: string;
  dash?: number[];
}

export interface Shape {
  at: readonly number[];
  lines: readonly Line[];
  isStacked: boolean;
  format: (value: number) => string;
  /** There is nothing between two whole numbers. */
  isWhole: boolean;
  isUtc: boolean;
  onHover: (index: number | null) => void;
  onDrag: (from: number, to: number) => void;
}

const SMALLEST_DRAG = 6; // pixels
const WHOLE_STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const FONT = "11px system-ui, sans-serif";

/** Return the columns as uPlot wants them. */
export function dataOf({ at, lines, isStacked }: Pick<Shape, "at" | "lines" | "isStacked">): uPlot.AlignedData {
  const columns = lines.map(({ values }) => values);
  return [at as number[], ...((isStacked ? stacked(columns) : columns) as (number | null)[][])];
}

export function plot(parent: HTMLElement, shape: Shape, height: number): uPlot {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const options: uPlot.Options = {
    width: Math.max(120, parent.clientWidth),
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: "fastworker" },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
    series: [{}, ...shape.lines.map((line) => seriesOf(line, color, shape.isStacked))],
    bands: shape.isStacked
      ? shape.lines.slice(1).map((_line, index) => ({ series: [index + 1, index + 2] as [number, number] }))
      : [],
    axes: axesOf(shape, color),
    hooks: {
      setCursor: [(chart) => shape.onHover(chart.cursor.idx ?? null)],
      setSelect: [(chart) => select(chart, shape)],
    },
  };
  return new uPlot(options, dataOf(shape), parent);
}

function seriesOf(line: Line, color: (name: string) => string, isStacked: boolean): uPlot.Series {
  const stroke = color(line.color);
  return {
    label: line.label,
    stroke,
    width: isStacked ? 1 : 1.5,
    ...(line.dash ? { dash: line.dash } : {}),
    ...(isStacked ? { fill: `${stroke}59` } : {}),
    points: {
      show: true,
      size: 4,
      width: 1,
      fill: stroke,
      filter: (chart, index) => isolated(chart.data[index] ?? []),
    },
    spanGaps: false,
  };
}

function axesOf(shape: Shape, color: (name: string) => string): uPlot.Axis[] {
  const common = {
    stroke: color("--text-muted"),
    font: FONT,
    ticks: { show: false },
    grid: { stroke: color("--line"), width: 1 },
  };
  const clock = (_chart: uPlot, splits: number[], _axis: number, _space: number, step: number) =>
    splits.map((at) => clockTime(at * 1000, shape.isUtc).slice(0, step < 60 ? 8 : 5));
  return [
    { ...common, grid: { show: false }, values: clock, size: 26, space: 64 },
    {
      ...common,
      values: (_chart, splits) => splits.map(shape.format),
      size: 58,
      space: 32,
      ...(shape.isWhole ? { incrs: WHOLE_STEPS } : {}),
    },
  ];
}

function select(chart: uPlot, shape: Shape): void {
  const { left, width } = chart.select;
  if (width >= SMALLEST_DRAG) shape.onDrag(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
  if (width > 0) chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}
