// Above the list: search, choices, what is chosen as chips, and the statuses with their counts.
import type { JSX } from "preact";
import type { FunctionPage, TaskCounts, TasksEvent, WorkerPage } from "../../api/types";
import { Button } from "../../components/basics";
import { PRIORITIES, Status, STATUSES } from "../../components/status";
import { count } from "../../format/numbers";
import { shortId } from "../../format/values";
import { useResource } from "../../live/resource";
import type { LiveEvent } from "../../live/protocol";
import { type Chip, chipsOf, clearFilter, type Filter, REPEATED, setFilter } from "./filter";
import { Search } from "./search";

const TOPICS = ["tasks"];

export function FilterBar({ filter }: { filter: Filter }): JSX.Element {
  const functions = useResource<FunctionPage>("functions?limit=200").data?.items ?? [];
  const workers = useResource<WorkerPage>("workers?limit=200").data?.items ?? [];
  return (
    <div class="filter-bar">
      <Search filter={filter} functions={functions.map(({ name }) => name)} workers={workers.map(({ id }) => id)} />
      <Add name="name" label="Function" filter={filter} values={functions.map(({ name }) => name)} />
      <Add name="priority" label="Priority" filter={filter} values={PRIORITIES} />
      <Add name="worker" label="Worker" filter={filter} values={workers.map(({ id }) => id)} />
      {chipsOf(filter).map((chip) => (
        <ChipMark key={`${chip.name} ${chip.value}`} chip={chip} filter={filter} />
      ))}
      {chipsOf(filter).length > 1 && (
        <Button kind="ghost" class="small" onClick={clearFilter}>
          Clear all
        </Button>
      )}
    </div>
  );
}

function Add({
  name,
  label,
  filter,
  values,
}: {
  name: (typeof REPEATED)[number];
  label: string;
  filter: Filter;
  values: readonly string[];
}): JSX.Element {
  const left = values.filter((value) => !filter[name].includes(value));
  return (
    <select
      aria-label={`Filter by ${label.toLowerCase()}`}
      value=""
      onChange={(event) => setFilter({ [name]: [...filter[name], event.currentTarget.value] })}
    >
      <option value="">{label}</option>
      {left.map((value) => (
        <option key={value} value={value}>
          {value}
        </option>
      ))}
    </select>
  );
}

const CHIP_NAMES: Partial<Record<Chip["name"], string>> = {
  name: "function",
  fingerprint: "error",
  parent: "submitted by",
  origin: "runs again",
};
const IDS: readonly Chip["name"][] = ["fingerprint", "parent", "origin"];

function ChipMark({ chip, filter }: { chip: Chip; filter: Filter }): JSX.Element {
  const { name, value } = chip;
  const before = filter[name];
  const remove = () => setFilter({ [name]: Array.isArray(before) ? before.filter((one) => one !== value) : "" });
  return (
    <span class="chip">
      <small>{CHIP_NAMES[name] ?? name}</small>
      {IDS.includes(name) ? <span title={value}>{shortId(value)}</span> : value}
      <Button kind="ghost" icon="close" class="small" label={`Do not filter by ${name} ${value}`} onClick={remove} />
    </span>
  );
}

const applyCounts = (event: LiveEvent) => (event.data as TasksEvent).counts as TaskCounts | undefined;

export function StatusTabs({ filter }: { filter: Filter }): JSX.Element {
  const counts = useResource<TaskCounts>("tasks/counts", { topics: TOPICS, apply: applyCounts });
  const all = counts.data ? Object.values(counts.data).reduce((sum: number, one: number) => sum + one, 0) : null;
  const only = filter.status.length === 1 ? filter.status[0] : undefined;
  return (
    <div class={`status-tabs ${counts.isStale ? "stale" : ""}`} role="group" aria-label="Status">
      <button type="button" aria-pressed={filter.status.length === 0} onClick={() => setFilter({ status: [] })}>
        All <b>{count(all)}</b>
      </button>
      {STATUSES.map((status) => (
        <button
          key={status}
          type="button"
          aria-pressed={filter.status.includes(status)}
          onClick={() => setFilter({ status: only === status ? [] : [status] })}
        >
          <Status status={status} /> <b>{count(counts.data?.[status])}</b>
        </button>
      ))}
    </div>
  );
}
