// Above the list: search, choices, and what is chosen as chips.
import type { JSX } from "preact";
import type { FunctionPage, SeenTags, WorkerPage } from "../../api/types";
import { Button } from "../../components/basics";
import { PRIORITIES } from "../../components/status";
import { count } from "../../format/numbers";
import { shortId } from "../../format/values";
import { useResource } from "../../live/resource";
import { type Chip, chipsOf, clearFilter, type Filter, REPEATED, setFilter } from "./filter";
import { Search } from "./search";

/** New tags come with tasks: they are asked for again at most so often. */
const TAGS = { topics: ["tasks"], pace: 10_000 };

export function FilterBar({ filter }: { filter: Filter }): JSX.Element {
  const known = useResource<FunctionPage>("functions?limit=200").data;
  const live = useResource<WorkerPage>("workers?limit=200").data;
  const seen = useResource<SeenTags>("tasks/tags?limit=200", TAGS).data;
  const [functions, workers, tags] = [known?.items ?? [], live?.items ?? [], (seen?.items ?? []).map(({ tag }) => tag)];
  return (
    <div class="filter-bar">
      <Search
        filter={filter}
        functions={functions.map(({ name }) => name)}
        workers={workers.map(({ id }) => id)}
        tags={tags}
      />
      <Add name="name" label="Function" filter={filter} values={functions.map(({ name }) => name)} of={known?.total.value} />
      <Add name="priority" label="Priority" filter={filter} values={PRIORITIES} />
      <Add name="worker" label="Worker" filter={filter} values={workers.map(({ id }) => id)} of={live?.total.value} />
      {tags.length > 0 && <Add name="tag" label="Tag" filter={filter} values={tags} />}
      {chipsOf(filter).map((chip) => (
        <ChipMark key={`${chip.name} ${chip.value}`} chip={chip} />
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
  of = values.length,
}: {
  name: (typeof REPEATED)[number];
  label: string;
  filter: Filter;
  values: readonly string[];
  /** How many there are in all. */
  of?: number;
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
      {of > values.length && (
        <option disabled>
          the first {count(values.length)} of {count(of)}; search for others by name
        </option>
      )}
    </select>
  );
}

const CHIP_NAMES: Record<string, string> = {
  name: "function",
  fingerprint: "error",
  parent: "submitted by",
  origin: "runs again",
};
const IDS: readonly string[] = ["fingerprint", "parent", "origin"];

function ChipMark({ chip }: { chip: Chip }): JSX.Element {
  const { name, value, without } = chip;
  return (
    <span class="chip">
      <small>{CHIP_NAMES[name] ?? name}</small>
      {IDS.includes(name) ? <span title={value}>{shortId(value)}</span> : value}
      <Button
        kind="ghost"
        icon="close"
        class="small"
        label={`Do not filter by ${name} ${value}`}
        onClick={() => setFilter(without)}
      />
    </span>
  );
}
