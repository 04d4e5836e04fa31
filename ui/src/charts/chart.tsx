// A chart with its legend, and the same numbers as a table.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { Button } from "../components/basics";
import { Boundary } from "../components/boundary";
import { Empty } from "../components/panel";
import { clockTime } from "../format/times";
import { NOTHING } from "../format/numbers";
import { isUtc } from "../state/clock";
import { isDark } from "../state/theme";
import { query, setParams } from "../router/location";
import { urlOf } from "../router/route";
import { counted, within } from "./marks";
import { Picker } from "./picker";
import { placeOf } from "./picking";
import { dataOf, type Line, type Mark, markSpan, plot, type Shape } from "./plot";
import { latest, thinned } from "./stack";
import { type Zoom, zoomed, zoomTo } from "./zoom";

interface ChartProps {
  title: string;
  at: readonly number[];
  lines: readonly Line[];
  isStacked?: boolean;
  isWhole?: boolean;
  isLog?: boolean;
  /** What happened meanwhile, in any order. */
  marks?: readonly Mark[];
  format: (value: number) => string;
  height?: number;
}

const NO_MARKS: readonly Mark[] = [];
const TABLE = "table"; // in the URL: the titles of the charts that are shown as tables
const TABLE_ROWS = 40;
const FEWEST_POINTS = 3;

export function Chart(props: ChartProps): JSX.Element {
  return (
    <Boundary of="chart">
      <Drawn {...props} />
    </Boundary>
  );
}

function Drawn(props: ChartProps): JSX.Element {
  const { title, lines, format } = props;
  const tables = query.value.getAll(TABLE);
  const isTable = tables.includes(title);
  const turn = () => setParams({ [TABLE]: isTable ? tables.filter((one) => one !== title) : [...tables, title] });
  const [hovered, setHovered] = useState<number | null>(null);
  const seen = Math.max(0, ...lines.map(({ values }) => values.filter((value) => value !== null).length));
  const seenMarks = within(props.marks ?? NO_MARKS, zoomed() ?? { from: props.at[0] ?? 0, to: props.at.at(-1) ?? 0 });
  const text = (value: number | null | undefined) => textOf(value, format);
  const legend = lines.map(({ label, values, color }) => ({
    label,
    color,
    text: text(hovered === null ? latest(values) : values[hovered]),
  }));
  return (
    <section class="panel chart" aria-label={title}>
      <header class="panel-head">
        <h2>{title}</h2>
        {isYoung(props.at) && <small title="Less than a minute of it has been seen">collecting</small>}
        <ul class="legend">
          {legend.map((entry, index) => (
            <li key={entry.label} class={lines[index]?.dash ? "dashed" : ""}>
              <i style={{ color: `var(${entry.color})` }} />
              {entry.label} <b>{entry.text}</b>
            </li>
          ))}
          {counted(seenMarks).map(({ label, color, number }) => (
            <li key={label} class="mark">
              <i style={{ color: `var(${color})` }} />
              {label} <b>{number}</b>
            </li>
          ))}
        </ul>
        <div class="tools">
          <Button
            kind="ghost"
            class="small"
            icon={isTable ? "chart" : "table"}
            isPressed={isTable}
            label={isTable ? `${title} as a chart` : `${title} as a table`}
            onClick={turn}
          />
        </div>
      </header>
      {props.at.length >= FEWEST_POINTS && seen === 0 ? (
        <Empty icon="chart" title="Nothing was seen in this time" />
      ) : props.at.length < FEWEST_POINTS ? (
        <Empty icon="clock" title="Collecting">
          <p>The first numbers appear in a few seconds.</p>
        </Empty>
      ) : isTable ? (
        <Twin {...props} text={text} />
      ) : (
        <Canvas
          {...props}
          onHover={setHovered}
          label={`${title}, latest: ${legend.map((one) => `${one.label} ${one.text}`).join(", ")}`}
        />
      )}
    </section>
  );
}

const FIRST_MINUTE = 60;

/** True as long as there is something to draw, but not yet of a whole minute. */
export function isYoung(at: readonly number[]): boolean {
  return at.length >= FEWEST_POINTS && (at.at(-1) ?? 0) - (at[0] ?? 0) < FIRST_MINUTE;
}

function textOf(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? NOTHING : format(value);
}

/** The drawing. It is made again when the theme or the lines change; new numbers only flow in. */
function Canvas(props: ChartProps & { onHover: (index: number | null) => void; label: string }): JSX.Element {
  const { at, lines, isStacked = false, isLog = false, marks = NO_MARKS, height = 170 } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const look = `${isDark.value}|${isUtc.value}|${lines.map(({ label }) => label).join("|")}`;
  const drawn = useRef(marks);
  const chosen = useRef<Zoom | null>(null);
  const shape: Shape = {
    at,
    lines,
    isStacked,
    isWhole: props.isWhole ?? false,
    isLog,
    marks: () => drawn.current,
    format: props.format,
    isUtc: isUtc.value,
    onHover: props.onHover,
    onDrag: (from, to) => zoomTo({ from, to }),
  };
  useEffect(() => {
    const parent = box.current;
    if (!parent) return undefined;
    const made = plot(parent, shape, height);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: Math.max(120, parent.clientWidth), height }));
    observer.observe(parent);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [look]);
  useEffect(() => {
    drawn.current = marks;
    chart.current?.redraw(false);
  }, [marks]);
  const zoom = zoomed();
  useEffect(() => {
    chart.current?.setData(dataOf(shape));
    const min = zoom?.from ?? at[0];
    const max = zoom?.to ?? at[at.length - 1];
    if (min !== undefined && max !== undefined) chart.current?.setScale("x", { min, max });
  }, [at, lines, zoom?.from, zoom?.to, look]);
  const points = zoom ? at.filter((moment) => moment >= zoom.from && moment <= zoom.to) : at;
  const textAt = (moment: number) => {
    const index = placeOf(at, moment);
    return lines.map(({ label, values }) => `${label} ${textOf(values[index], props.format)}`).join(", ");
  };
  const pick = (span: Zoom | null, moment: number | null) => {
    if (span || chosen.current) {
      markSpan(chart.current, span);
      props.onHover(moment === null ? null : placeOf(at, moment));
    }
    chosen.current = span;
  };
  return (
    <div class="picture">
      <div ref={box} class="canvas" role="img" aria-label={props.label} />
      <Picker title={props.title} points={points} textAt={textAt} onPick={pick} />
    </div>
  );
}

/** A way to the tasks that were submitted between two moments. */
function tasksBetween(from: number, to: number): string {
  const iso = (at: number) => new Date(at * 1000).toISOString();
  return urlOf("tasks", "", { since: iso(from), until: iso(to) });
}

function Twin({
  title,
  at,
  lines,
  text,
}: ChartProps & { text: (value: number | null | undefined) => string }): JSX.Element {
  const zoom = zoomed();
  const shown = at.flatMap((moment, index) => (!zoom || (moment >= zoom.from && moment <= zoom.to) ? [index] : []));
  const rows = thinned(shown.length, TABLE_ROWS).map((index) => shown[index] ?? 0);
  const before = (row: number) => at[rows[row - 1] ?? -1] ?? (at[rows[row] ?? 0] ?? 0) - ((at[1] ?? 0) - (at[0] ?? 0));
  const clock = (index: number) => clockTime((at[index] ?? 0) * 1000, isUtc.value);
  return (
    <div class="twin" tabIndex={0} role="region" aria-label={`${title} as a table`}>
      <table>
        <caption class="offscreen">{title}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ label }) => (
              <th scope="col" key={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            .map((index, row) => (
              <tr key={at[index]}>
                <th scope="row">
                  <a href={tasksBetween(before(row), at[index] ?? 0)} title="The tasks that were submitted until then">
                    {clock(index)}
                  </a>
                </th>
                {lines.map(({ label, values }) => (
                  <td key={label}>{text(values[index])}</td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
