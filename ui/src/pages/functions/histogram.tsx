// How long the attempts of a function ran: bars whose bounds double, first attempts before later ones, and as a table.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Bar } from "../../api/types";
import { Button } from "../../components/basics";
import { Empty } from "../../components/panel";
import { count, duration, plural, share } from "../../format/numbers";

/** Say between which bounds the durations of a bar lie. */
export function boundsOf(bars: readonly Bar[], index: number): string {
  const { above_seconds: above = 0, below_seconds: below = null } = bars[index] ?? {};
  if (below === null) return `over ${duration(above)}`;
  return above === 0 ? `below ${duration(below)}` : `${duration(above)} to ${duration(below)}`;
}

const FIRST = "var(--series-1)";
const LATER = "var(--series-2)";

/** Say how many durations a bar stands for, and how many of them are of later attempts. */
export function titleOf(bars: readonly Bar[], index: number): string {
  const { count: number = 0, later = 0 } = bars[index] ?? {};
  const text = `${boundsOf(bars, index)}: ${plural(number, "attempt")}`;
  return later > 0 ? `${text}, ${count(later)} of them not the first of their task` : text;
}

export function Histogram({ bars }: { bars: readonly Bar[] }): JSX.Element {
  const [isTable, setTable] = useState(false);
  const all = bars.reduce((sum, bar) => sum + bar.count, 0);
  const later = bars.reduce((sum, bar) => sum + bar.later, 0);
  if (all === 0) return <Empty icon="chart" title="No attempt has ended yet" />;
  return (
    <>
      <p class="histogram-head">
        <span>{plural(all, "attempt")} since the start</span>
        <ul class="legend">
          <li>
            <i style={{ color: FIRST }} />
            first attempts <b>{count(all - later)}</b>
          </li>
          <li>
            <i style={{ color: LATER }} />
            later ones <b>{count(later)}</b>
          </li>
        </ul>
        <Button
          kind="ghost"
          class="small"
          icon={isTable ? "chart" : "table"}
          isPressed={isTable}
          label={isTable ? "Run times as bars" : "Run times as a table"}
          onClick={() => setTable(!isTable)}
        />
      </p>
      {isTable ? <Twin bars={bars} all={all} /> : <Bars bars={bars} />}
    </>
  );
}

interface Shown {
  bars: readonly Bar[];
  all: number;
}

function Bars({ bars }: Pick<Shown, "bars">): JSX.Element {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  return (
    <ol class="histogram" aria-label="How long attempts ran">
      {bars.map((bar, index) => (
        <li key={index} title={titleOf(bars, index)}>
          <span class="histogram-name">{boundsOf(bars, index)}</span>
          <span class="track">
            <Part from={0} length={(bar.count - bar.later) / most} color={FIRST} />
            <Part from={(bar.count - bar.later) / most} length={bar.later / most} color={LATER} />
          </span>
          <span>{count(bar.count)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Some of a bar; what is there can be seen, however little it is. */
function Part({ from, length, color }: { from: number; length: number; color: string }): JSX.Element {
  const width = `${length * 100}%`;
  return <i style={{ left: `${from * 100}%`, width, background: color, ...(length ? {} : { minWidth: 0 }) }} />;
}

function Twin({ bars, all }: Shown): JSX.Element {
  return (
    <div class="twin" tabIndex={0} role="region" aria-label="Run times as a table">
      <table>
        <caption class="offscreen">How long attempts ran</caption>
        <thead>
          <tr>
            <th scope="col">Ran</th>
            <th scope="col">First attempts</th>
            <th scope="col">Later attempts</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar, index) => (
            <tr key={index}>
              <th scope="row">{boundsOf(bars, index)}</th>
              <td>{count(bar.count - bar.later)}</td>
              <td>{count(bar.later)}</td>
              <td>{share(bar.count / all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
