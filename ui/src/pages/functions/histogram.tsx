// How long the attempts of a function ran: bars whose bounds double, and the same as a table.
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

export function Histogram({ bars }: { bars: readonly Bar[] }): JSX.Element {
  const [isTable, setTable] = useState(false);
  const all = bars.reduce((sum, bar) => sum + bar.count, 0);
  if (all === 0) return <Empty icon="chart" title="No attempt has ended yet" />;
  return (
    <>
      <p class="histogram-head">
        {plural(all, "attempt")} since the start
        <Button
          kind="ghost"
          class="small"
          icon={isTable ? "chart" : "table"}
          isPressed={isTable}
          label={isTable ? "Run times as bars" : "Run times as a table"}
          onClick={() => setTable(!isTable)}
        />
      </p>
      {isTable ? <Twin bars={bars} all={all} /> : <Bars bars={bars} all={all} />}
    </>
  );
}

interface Shown {
  bars: readonly Bar[];
  all: number;
}

function Bars({ bars, all }: Shown): JSX.Element {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  return (
    <ol class="histogram" aria-label="How long attempts ran">
      {bars.map((bar, index) => (
        <li key={index} title={`${boundsOf(bars, index)}: ${plural(bar.count, "attempt")}, ${share(bar.count / all)}`}>
          <span class="histogram-name">{boundsOf(bars, index)}</span>
          <span class="track">
            <i style={{ left: 0, width: `${(bar.count / most) * 100}%`, ...(bar.count ? {} : { minWidth: 0 }) }} />
          </span>
          <span>{count(bar.count)}</span>
        </li>
      ))}
    </ol>
  );
}

function Twin({ bars, all }: Shown): JSX.Element {
  return (
    <div class="twin" tabIndex={0} role="region" aria-label="Run times as a table">
      <table>
        <caption class="offscreen">How long attempts ran</caption>
        <thead>
          <tr>
            <th scope="col">Ran</th>
            <th scope="col">Attempts</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar, index) => (
            <tr key={index}>
              <th scope="row">{boundsOf(bars, index)}</th>
              <td>{count(bar.count)}</td>
              <td>{share(bar.count / all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
