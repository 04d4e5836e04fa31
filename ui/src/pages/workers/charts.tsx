// The last hour of a worker.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { WorkerSeries } from "../../api/types";
import { Chart } from "../../charts/chart";
import { Window } from "../../charts/window";
import { Content, Empty } from "../../components/panel";
import { bytes, count, duration, share } from "../../format/numbers";
import { useResource } from "../../live/resource";
import { linesOf, type Recipe } from "../overview/series";

const TOPICS = ["workers"];
const PACE = 10_000; // a point per ten seconds

interface Drawn {
  title: string;
  recipe: Recipe;
  format: (value: number) => string;
  isWhole?: boolean;
}

export const CHARTS: readonly Drawn[] = [
  { title: "Processor", recipe: [["processor_share", "of one processor", "--series-1"]], format: share },
  { title: "Memory", recipe: [["memory_bytes", "held", "--series-1"]], format: bytes },
  { title: "Event loop lag", recipe: [["loop_lag_seconds", "lag", "--series-1"]], format: duration },
  { title: "Round trip", recipe: [["round_trip_seconds", "of a beat", "--series-1"]], format: duration },
  {
    title: "Busy slots",
    recipe: [
      ["busy_slots", "busy", "--series-1"],
      ["slots", "slots", "--series-4", [4, 3]],
    ],
    format: count,
    isWhole: true,
  },
];

export function WorkerCharts({ of }: { of: string }): JSX.Element {
  const path = `workers/${encodeURIComponent(of)}/series`;
  const series = useResource<WorkerSeries>(path, { topics: TOPICS, pace: PACE });
  return (
    <section aria-label="The last hour">
      <Window />
      <Content resource={series}>
        {(data) =>
          data.is_kept ? (
            <All series={data} />
          ) : (
            <div class="panel">
              <Empty icon="clock" title="No history of this worker">
                <p>It has just come, or there are more workers than history is kept of.</p>
              </Empty>
            </div>
          )
        }
      </Content>
    </section>
  );
}

function All({ series }: { series: WorkerSeries }): JSX.Element {
  return (
    <div class="grid charts">
      {CHARTS.map((drawn) => (
        <One key={drawn.title} drawn={drawn} series={series} />
      ))}
    </div>
  );
}

function One({ drawn, series }: { drawn: Drawn; series: WorkerSeries }): JSX.Element {
  const { recipe, ...rest } = drawn;
  const lines = useMemo(() => linesOf(series, recipe), [series, recipe]);
  return <Chart {...rest} at={series.at} lines={lines} />;
}
