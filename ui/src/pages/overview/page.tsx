// The overview: what happens now, what happened lately, what needs a person.
import type { JSX } from "preact";
import type { FunctionPage, Overview as Now, Series } from "../../api/types";
import { Window } from "../../charts/window";
import { Code } from "../../components/basics";
import { Content, Empty } from "../../components/panel";
import { useClientAddress } from "../../forms/target";
import { type Resource, useResource } from "../../live/resource";
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
      <Content resource={overview}>{(now: Now) => <Tiles now={now} />}</Content>
      {overview.data && isUntouched(overview.data) ? (
        <Welcome />
      ) : (
        <Content resource={series}>{(data: Series) => <Charts series={data} />}</Content>
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

/** A program that runs as it is, once the arguments are right. */
export function firstProgram(address: string, name: string): string {
  return `from fastworker import SyncClient

with SyncClient(${JSON.stringify(address)}) as client:
    handle = client.delay(${JSON.stringify(name)})  # its arguments go behind the name
    print(handle.get())`;
}

function Welcome(): JSX.Element {
  const address = useClientAddress();
  const name = useResource<FunctionPage>("functions?limit=1").data?.items[0]?.name;
  return (
    <section class="panel welcome" aria-label="First steps">
      <Empty icon="bolt" title="No tasks yet">
        <p>
          Submit one from Python, or with the form of <a href={urlOf("functions")}>a function</a>.
        </p>
        {address && name && <Code label="the snippet">{firstProgram(address, name)}</Code>}
      </Empty>
    </section>
  );
}
