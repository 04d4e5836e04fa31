// The statuses, each with how many tasks of the filter are in it.
import type { JSX } from "preact";
import type { MatchingCounts, TasksEvent, TaskStatus } from "../../api/types";
import { Kept } from "../../components/kept";
import { Status, STATUSES } from "../../components/status";
import { count, NOTHING } from "../../format/numbers";
import type { LiveEvent } from "../../live/protocol";
import { useResource } from "../../live/resource";
import { countsPath, type Filter, setFilter } from "./filter";

const TOPICS = ["tasks"];
const PACE = 2_000; // where the tasks of a filter have to be counted

type Counts = Pick<MatchingCounts, TaskStatus | "at_least">;

/** How many tasks are in some statuses: exactly, or at least (≥) where there are too many to count. */
export function countOf(counts: Counts | null, statuses: readonly TaskStatus[]): string {
  if (!counts) return NOTHING;
  const sum = statuses.reduce((before, status) => before + counts[status], 0);
  return `${statuses.some((status) => counts.at_least.includes(status)) ? "≥ " : ""}${count(sum)}`;
}

/** An event tells the counts of all tasks, which are those of no filter. */
const told = ({ data }: LiveEvent) => {
  const { counts } = data as TasksEvent;
  return counts ? { ...counts, at_least: [] } : undefined;
};

export function StatusTabs({ filter }: { filter: Filter }): JSX.Element {
  const path = countsPath(filter);
  const isAll = path === "tasks/counts";
  const counts = useResource<Counts>(path, isAll ? { topics: TOPICS, apply: told } : { topics: TOPICS, pace: PACE });
  const only = filter.status.length === 1 ? filter.status[0] : undefined;
  return (
    <Kept of={counts} isOptional>
      <div class="status-tabs" role="group" aria-label="Status">
        <button type="button" aria-pressed={filter.status.length === 0} onClick={() => setFilter({ status: [] })}>
          All <b>{countOf(counts.data, STATUSES)}</b>
        </button>
        {STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            aria-pressed={filter.status.includes(status)}
            onClick={() => setFilter({ status: only === status ? [] : [status] })}
          >
            <Status status={status} /> <b>{countOf(counts.data, [status])}</b>
          </button>
        ))}
      </div>
    </Kept>
  );
}
