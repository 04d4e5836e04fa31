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

/** Something that happened at a moment, which explains what the lines do. */
export interface Mark {
  /** Unix seconds. */
  at: number;
  label: string;
  color: string;
}

export interface Shape {
  at: readonly number[];
  lines: readonly Line[];
  isStacked: boolean;
  format: (value: number) => string;
  /** There is nothing between two whole numbers. */
  isWhole: boolean;
  /** Each step of the scale is ten times the one before, so that the small can be seen beside the large. */
  isLog: boolean;
  /** Those of now: they come and go while the drawing stays. */
  marks: () => readonly Mark[];
  isUtc: boolean;
  onHover: (index: number | null) => void;
  onDrag: (from: number, to: number) => void;
}

const SMALLEST_DRAG = 6; // pixels
const WHOLE_STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const FONT = "11px system-ui, sans-serif";

const LEAST = 1e-5; // below, a scale of powers of ten shows all alike

/** Return the columns as uPlot wants them; zero is not on a scale of powers. */
export function dataOf({
  at,
  lines,
  isStacked,
  isLog,
}: Pick<Shape, "at" | "lines" | "isStacked" | "isLog">): uPlot.AlignedData {
  const columns = lines.map(({ values }) =>
    isLog ? values.map((value) => (value === null ? null : Math.max(LEAST, value))) : values,
  );
  return [at as number[], ...((isStacked ? stacked(columns) : columns) as (number | null)[][])];
}

export function plot(parent: HTMLElement, shape: Shape, height: number): uPlot {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const options: uPlot.Options = {
    width: Math.max(120, parent.clientWidth),
    height,
    padding: [8, 26, 0, 0], // half a label of the axis below fits beside the last moment
    legend: { show: false },
    cursor: {
      sync: { key: "fastworker" },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      y: shape.isLog
        ? { distr: 3, log: 10, range: (_plot, low, high) => powersAround(low, high) }
        : { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] },
    },
    series: [{}, ...shape.lines.map((line) => seriesOf(line, color, shape.isStacked))],
    bands: shape.isStacked
      ? shape.lines.slice(1).map((_line, index) => ({ series: [index + 1, index + 2] as [number, number] }))
      : [],
    axes: axesOf(shape, color),
    hooks: {
      setCursor: [(chart) => shape.onHover(chart.cursor.idx ?? null)],
      setSelect: [(chart) => select(chart, shape)],
      draw: [(chart) => drawMarks(chart, shape.marks(), color)],
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
    { ...common, grid: { show: false }, values: clock, size: 30, gap: 9, space: 64 },
    {
      ...common,
      values: (_chart, splits) => splits.map((split) => (split === null ? "" : shape.format(split))),
      size: (_chart, labels) => Math.max(58, 16 + 6 * longest(labels ?? [])),
      space: 32,
      ...(shape.isWhole ? { incrs: WHOLE_STEPS } : {}),
      ...(shape.isLog ? { splits: (_chart, _axis, low, high) => powersBetween(low, high) } : {}),
    },
  ];
}

function longest(labels: readonly string[]): number {
  return Math.max(0, ...labels.map(({ length }) => length));
}

/** Return the powers of ten around two values. */
export function powersAround(low: number | null, high: number | null): [number, number] {
  const least = Math.max(LEAST, low ?? LEAST);
  const most = Math.max(least, high ?? least);
  const from = 10 ** Math.floor(Math.log10(least));
  const to = 10 ** Math.ceil(Math.log10(most));
  return [from, to > from ? to : from * 10];
}

/** Return the powers of ten from one value to another. */
export function powersBetween(low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}

function drawMarks(chart: uPlot, marks: readonly Mark[], color: (name: string) => string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  for (const { at, color: name } of marks) {
    const x = Math.round(chart.valToPos(at, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = color(name);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function select(chart: uPlot, shape: Shape): void {
  const { left, width } = chart.select;
  if (width >= SMALLEST_DRAG) shape.onDrag(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
  if (width > 0) chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

/** Show a part of the time as chosen, or none. */
export function markSpan(chart: uPlot | null, span: { from: number; to: number } | null): void {
  if (!chart) return;
  const left = span ? chart.valToPos(span.from, "x") : 0;
  const width = span ? Math.max(2, chart.valToPos(span.to, "x") - left) : 0;
  chart.setSelect({ left, width, top: 0, height: span ? chart.over.clientHeight : 0 }, false);
}
