// The rows on the screen: brought up to date in place, while new ones wait until they are asked for.
import { useEffect, useRef, useState } from "preact/hooks";
import { request } from "../../api/http";
import type { TaskPage, TasksEvent, TaskSummary } from "../../api/types";
import { useEvents } from "../../live/live";
import { type Resource, useResource } from "../../live/resource";
import type { LiveEvent } from "../../live/protocol";
import { tally } from "../../state/announcer";
import { admits, type Filter, isFiltered, listPath, samePath } from "./filter";

export const PAGE_SIZE = 50;
export const MOST_WAITING = 999; // counted; beyond, the pill says "more than"
const CATCH_UP_MILLISECONDS = 2_000;
const TOPICS = ["tasks"];

/** Put what is known anew in the place of the old; the order stays. */
export function replaced(rows: readonly TaskSummary[], changed: readonly TaskSummary[]): TaskSummary[] {
  const byId = new Map(changed.map((task) => [task.id, task]));
  return rows.map((row) => byId.get(row.id) ?? row);
}

/** The page as it is after an event. Where that cannot be known, or nothing is left of it, it is asked for again. */
export function after({ changed, deleted, more_deleted }: TasksEvent, page: TaskPage): TaskPage | undefined {
  const items = replaced(page.items, changed).filter(({ id }) => !deleted.includes(id));
  const gone = page.items.length - items.length;
  if (more_deleted > 0 || (gone > 0 && items.length === 0)) return undefined;
  return { ...page, items, total: { ...page.total, value: page.total.value - gone } };
}

export interface News {
  /** The ids of new tasks that belong to the list. */
  added: string[];
  failed: number;
  /** Only the server knows whether some of them belong to it. */
  isUncertain: boolean;
}

/** What an event says of a list that shows some rows; `newest` is when its first was submitted, if new ones go there. */
export function newsOf(
  changed: readonly TaskSummary[],
  { filter, shown, newest }: { filter: Filter; shown: ReadonlySet<string>; newest: string | null },
): News {
  const isNew = ({ id, submitted_at }: TaskSummary) => newest !== null && !shown.has(id) && submitted_at >= newest;
  const those = changed.filter((task) => admits(filter, task) === true);
  return {
    added: those.filter(isNew).map(({ id }) => id),
    failed: those.filter(({ status }) => status === "failure" || status === "lost").length,
    isUncertain: changed.some((task) => isNew(task) && admits(filter, task) === null),
  };
}

function apply(event: LiveEvent, page: TaskPage | null): TaskPage | undefined {
  return page && event.type === "tasks" ? after(event.data as TasksEvent, page) : (page ?? undefined);
}

export interface Rows {
  resource: Resource<TaskPage>;
  items: readonly TaskSummary[];
  /** How many tasks of the list have come since; they are shown when somebody asks. */
  waiting: number;
  /** Tasks have come since of which only the server knows whether they belong to the list. */
  isUncertain: boolean;
  show: () => void;
}

export function useRows(filter: Filter, { order, cursor }: { order: string; cursor: string }): Rows {
  const path = listPath(filter, { limit: PAGE_SIZE, order, cursor });
  const resource = useResource<TaskPage>(path, { topics: TOPICS, apply });
  const [caught, setCaught] = useState<ReadonlyMap<string, TaskSummary>>(new Map());
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [isUncertain, setUncertain] = useState(false);
  const isTop = cursor === "" && order !== "oldest";
  const items = replaced(resource.data?.items ?? [], newer(resource.data?.items ?? [], caught));
  const forget = () => (setFresh(new Set()), setUncertain(false), setCaught(new Map()));
  useEffect(forget, [path]);
  const catchUp = useCatchUp(filter, items, setCaught);
  useEvents(TOPICS, (event) => {
    const { changed, more, deleted } = event.data as TasksEvent;
    if (deleted.length > 0) setFresh((before) => new Set([...before].filter((id) => !deleted.includes(id))));
    if (more > 0) catchUp();
    const shown = new Set(items.map(({ id }) => id));
    const newest = isTop && resource.data ? (items[0]?.submitted_at ?? "") : null;
    const news = newsOf(changed, { filter, shown, newest });
    if (isFiltered(filter)) tally("failed", news.failed);
    if (news.added.length === 0 && !news.isUncertain) return;
    if (items.length === 0) return resource.refresh(); // nothing can jump
    if (news.isUncertain && !isUncertain) tally("uncertain", 1);
    setUncertain((before) => before || news.isUncertain);
    setFresh((before) => (before.size > MOST_WAITING ? before : new Set([...before, ...news.added])));
  });
  const shown = new Set(items.map(({ id }) => id));
  const waiting = [...fresh].filter((id) => !shown.has(id)).length;
  useTally(waiting, isFiltered(filter));
  return { resource, items, waiting, isUncertain, show: () => (forget(), resource.refresh()) };
}

/** An event may have told a row anew after it was asked for: then that stands. */
function newer(rows: readonly TaskSummary[], caught: ReadonlyMap<string, TaskSummary>): TaskSummary[] {
  const isEnded = (row: TaskSummary) => row.finished_at !== null;
  return rows.flatMap((row) => {
    const other = caught.get(row.id);
    return other && !isEnded(row) ? [other] : [];
  });
}

/** Tell how many more wait to be shown; of a list of all tasks, the overview tells how many there are. */
function useTally(waiting: number, isWanted: boolean): void {
  const known = useRef(0);
  useEffect(() => {
    if (isWanted) tally("matching", waiting - known.current);
    known.current = waiting;
  }, [waiting]);
}

/** When events could not name all changes, ask again for the rows on the screen, now and then. */
function useCatchUp(
  filter: Filter,
  items: readonly TaskSummary[],
  take: (caught: ReadonlyMap<string, TaskSummary>) => void,
): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(items);
  latest.current = items;
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = async () => {
    timer.current = undefined;
    const open = latest.current.filter(({ finished_at }) => finished_at === null);
    const path = samePath(filter, open);
    if (!path) return;
    // A failure needs no word: the list itself asks, and says it.
    const reply = await request<TaskPage>(path).catch(() => null);
    if (reply?.body) take(new Map(reply.body.items.map((task) => [task.id, task])));
  };
  return () => {
    timer.current ??= setTimeout(() => void ask(), CATCH_UP_MILLISECONDS);
  };
}
