// The filter of the task list: in the URL, as the API wants it, and as a question to one task.
import type { BulkFilter, TaskSummary } from "../../api/types";
import { query, setParams } from "../../router/location";
import { type Params, queryOf } from "../../router/route";

export const REPEATED = ["status", "priority", "name", "worker", "tag", "parent", "origin"] as const;
export const SINGLE = ["fingerprint", "q", "since", "until"] as const;
const ARGUMENT = "args.";
export type FilterName = (typeof REPEATED)[number] | (typeof SINGLE)[number];

export interface Filter {
  status: string[];
  priority: string[];
  name: string[];
  worker: string[];
  tag: string[];
  parent: string[];
  origin: string[];
  fingerprint: string;
  q: string;
  since: string;
  until: string;
  /** Values of arguments by the names of their parameters, such as `args.user.id`. */
  args: Record<string, string>;
}

export const NO_FILTER: Filter = {
  status: [],
  priority: [],
  name: [],
  worker: [],
  tag: [],
  parent: [],
  origin: [],
  fingerprint: "",
  q: "",
  since: "",
  until: "",
  args: {},
};

/** Read the filter out of the URL's query. */
export function filterOf(query: URLSearchParams): Filter {
  const filter: Filter = { ...NO_FILTER };
  for (const name of REPEATED) filter[name] = query.getAll(name);
  for (const name of SINGLE) filter[name] = query.get(name) ?? "";
  filter.args = Object.fromEntries([...query].filter(([name]) => isArgument(name)));
  return filter;
}

/** True when it leaves out any task. */
export function isFiltered(filter: Filter): boolean {
  return queryOf(paramsOf(filter)) !== "";
}

const isArgument = (name: string) => name.startsWith(ARGUMENT) && name.length > ARGUMENT.length;

/** Return a filter as parameters, of the page as of the API. */
export function paramsOf({ args, ...others }: Partial<Filter>): Params {
  return { ...others, ...args };
}

/** Change the filter in the URL; the page begins anew. */
export function setFilter(changes: Partial<Filter>): void {
  const before = changes.args ? [...query.peek().keys()].filter(isArgument) : [];
  const without = Object.fromEntries(before.map((name) => [name, ""]));
  setParams({ ...without, ...paramsOf(changes), cursor: "", row: "" });
}

export const clearFilter = (): void => setFilter(NO_FILTER);

export interface Window {
  limit: number;
  order?: string;
  cursor?: string;
}

/** Return the path of the list in the API. */
export function listPath(filter: Filter, { limit, order = "", cursor = "" }: Window): string {
  return `tasks?${queryOf({ ...paramsOf(filter), order, cursor, limit: String(limit) })}`;
}

/** Return the path of the counts by status: those of all statuses, whichever is chosen. */
export function countsPath(filter: Filter): string {
  const query = queryOf(paramsOf({ ...filter, status: [] }));
  return query ? `tasks/counts?${query}` : "tasks/counts";
}

/** Return the path of the same tasks as a file, all of them. */
export function exportPath(filter: Partial<Filter>, format: "csv" | "jsonl"): string {
  return `tasks/export?${queryOf({ ...paramsOf(filter), format })}`;
}

export interface Chip {
  /** A part of the filter, or the parameter of an argument. */
  name: string;
  value: string;
  /** The filter without it, as far as that is another. */
  without: Partial<Filter>;
}

/** What is filtered by beside the status, which has its tabs. */
export function chipsOf(filter: Filter): Chip[] {
  const repeated = REPEATED.slice(1).flatMap((name) =>
    filter[name].map((value) => ({ name, value, without: { [name]: filter[name].filter((one) => one !== value) } })),
  );
  const single = SINGLE.filter((name) => name !== "q" && filter[name]).map((name) => ({
    name,
    value: filter[name],
    without: { [name]: "" },
  }));
  const args = Object.entries(filter.args).map(([name, value]) => {
    const { [name]: _, ...others } = filter.args;
    return { name, value, without: { args: others } };
  });
  return [...repeated, ...single, ...args];
}

/**
 * True when a task that was told by an event belongs to the list. What only the server can answer (`q`, fingerprint,
 * arguments) is null: it may.
 */
export function admits(filter: Filter, task: TaskSummary): boolean | null {
  const among = (wanted: string[], value: string | null) =>
    wanted.length === 0 || (value !== null && wanted.includes(value));
  const isOne =
    among(filter.status, task.status) &&
    among(filter.priority, task.priority) &&
    among(filter.name, task.name) &&
    among(filter.worker, task.worker_id) &&
    (filter.tag.length === 0 || task.tags.some((tag) => filter.tag.includes(tag))) &&
    among(filter.parent, task.parent) &&
    among(filter.origin, task.origin);
  const at = Date.parse(task.submitted_at);
  if (!isOne || (filter.since && at < Date.parse(filter.since)) || (filter.until && at >= Date.parse(filter.until)))
    return false;
  return filter.q || filter.fingerprint || Object.keys(filter.args).length > 0 ? null : true;
}

/** The filter as bulk actions take it. */
export function bulkFilter({ args, ...others }: Filter): Partial<BulkFilter> {
  const entries = Object.entries(others).filter(([, value]) => value.length > 0);
  const values = Object.entries(args).map(([name, value]) => [name.slice(ARGUMENT.length), value]);
  return Object.fromEntries(values.length > 0 ? [...entries, ["args", Object.fromEntries(values)]] : entries) as Partial<BulkFilter>;
}

/**
 * Return the path that asks again for just the rows on the screen: those submitted between the first and the last of
 * them, whatever their status is by now.
 */
export function samePath(filter: Filter, rows: readonly TaskSummary[]): string | null {
  const moments = rows.map(({ submitted_at }) => Date.parse(submitted_at)).filter((at) => !Number.isNaN(at));
  if (moments.length === 0) return null;
  const since = new Date(Math.min(...moments) - 1).toISOString();
  const until = new Date(Math.max(...moments) + 2).toISOString();
  return listPath({ ...filter, status: [], since, until }, { limit: 200 });
}
