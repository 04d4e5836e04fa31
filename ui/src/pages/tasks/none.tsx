// Why the list of tasks is empty: nothing fits, not all was looked at, nothing is kept of them, or there never was any.
import type { JSX } from "preact";
import type { Overview, System, TaskPage } from "../../api/types";
import { Button, Code } from "../../components/basics";
import { Empty } from "../../components/panel";
import { count, duration, plural } from "../../format/numbers";
import { urlOf } from "../../router/route";
import { useOverview } from "../../shell/overview-data";
import { useSystem } from "../system/data";
import { clearFilter, type Filter, isFiltered } from "./filter";

const SUBMIT = "fastworker submit NAME --args '{}'";

/** How many tasks have ended since the start and are not remembered any more. */
export function forgotten({ counts, finished_in_all }: Pick<Overview, "counts" | "finished_in_all">): number {
  const ends = Object.entries(finished_in_all);
  return ends.reduce((sum, [status, number]) => sum + Math.max(0, number - counts[status as keyof typeof counts]), 0);
}

export function None({ filter, page }: { filter: Filter; page: TaskPage }): JSX.Element {
  const overview = useOverview().data;
  const system = useSystem().data;
  const gone = overview && system ? forgotten(overview) : 0;
  const note = gone > 0 && system && <Forgotten number={gone} system={system} />;
  if (page.is_bounded) {
    return (
      <Empty icon="search" title={`None of the newest ${count(page.searched)} tasks match`}>
        <p>Older ones were not looked at. A status, a function or a priority makes the search narrower.</p>
        <Button onClick={clearFilter}>Clear the filter</Button>
      </Empty>
    );
  }
  if (isFiltered(filter)) {
    return (
      <Empty icon="filter" title="No task matches">
        {note}
        <Button onClick={clearFilter}>Clear the filter</Button>
      </Empty>
    );
  }
  if (note) {
    return (
      <Empty icon="hourglass" title="No tasks are remembered any more">
        {note}
      </Empty>
    );
  }
  return (
    <Empty icon="stack" title="No tasks are remembered">
      <p>
        Submit one with the form of <a href={urlOf("functions")}>a function</a>, or from a terminal:
      </p>
      <Code label="the command">{SUBMIT}</Code>
    </Empty>
  );
}

function Forgotten({ number, system }: { number: number; system: System }): JSX.Element {
  const most = system.usage.find(({ name }) => name === "result_cache_size")?.limit;
  return (
    <p>
      {plural(number, "task")} that ended since the start {number === 1 ? "was" : "were"} deleted, or{" "}
      {number === 1 ? "is" : "are"} not kept any more: the latest {most === undefined ? "" : `${count(most)} `}
      are kept for {duration(system.result_ttl_seconds)} (<code>--result-cache-size</code>, <code>--result-cache-ttl</code>).
    </p>
  );
}
