// The overview: what happens now, what happened lately, what needs a person.
import type { JSX } from "preact";
import type { Overview as Now, Series } from "../../api/types";
import { Window } from "../../charts/window";
import { Code } from "../../components/basics";
import { Content, Empty } from "../../components/panel";
import type { Resource } from "../../live/resource";
import { param } from "../../router/location";
import { urlOf } from "../../router/route";
import { useOverview } from "../../shell/overview-data";
import { AttentionPanel, FunctionsPanel, QueuesPanel } from "./panels";
import { type ChartName, CHARTS, Charts, HistoryChart, isChartName } from "./charts";
import { RangeChoice, rangeAsked } from "./range";
import { useSeries } from "./series";
import { Tiles } from "./tiles";

export function Overview(): JSX.Element {
  const overview = useOverview();
  const range = rangeAsked();
  const series = useSeries(range);
  const panel = param("panel");
  if (isChartName(panel)) return <Alone of={panel} series={series} />;
  return (
    <>
      <header class="page-head">
        <h1>Overview</h1>
        <Window />
        <RangeChoice value={range} />
      </header>
      <div class={overview.isStale ? "stale" : ""}>
        <Content resource={overview}>{(now: Now) => <Tiles now={now} />}</Content>
      </div>
      {overview.data && isUntouched(overview.data) ? (
        <Welcome />
      ) : (
        <div class={series.isStale ? "stale" : ""}>
          <Content resource={series}>{(data: Series) => <Charts series={data} />}</Content>
        </div>
      )}
      <div class="grid three">
        <AttentionPanel overview={overview} />
        <QueuesPanel />
        <FunctionsPanel />
      </div>
    </>
  );
}

function isUntouched({ counts, finished_in_all }: Now): boolean {
  const sum = (values: object) => Object.values(values).reduce((total: number, value: number) => total + value, 0);
  return sum(counts) + sum(finished_in_all) === 0;
}

const ALONE_HEIGHT = 0.75; // of the window, for a chart that is embedded alone

/** One chart and nothing else, for a frame in another page: `?panel=throughput`. */
function Alone({ of, series }: { of: ChartName; series: Resource<Series> }): JSX.Element {
  const height = Math.max(120, Math.round(window.innerHeight * ALONE_HEIGHT));
  return (
    <>
      <h1 class="offscreen">{CHARTS[of].title}</h1>
      <Window />
      <Content resource={series}>{(data: Series) => <HistoryChart of={of} series={data} height={height} />}</Content>
    </>
  );
}

const SNIPPET = `from fastworker import Client

async with Client() as client:
    print(await (await client.delay("resize_image", "photo.jpg", 800)))`;

function Welcome(): JSX.Element {
  return (
    <section class="panel welcome" aria-label="First steps">
      <Empty icon="bolt" title="No tasks yet">
        <p>
          Submit one from Python, or with the form of <a href={urlOf("functions")}>a function</a>.
        </p>
        <Code label="the snippet">{SNIPPET}</Code>
      </Empty>
    </section>
  );
}
