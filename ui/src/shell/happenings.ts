// What happens by itself, told to who cannot see the numbers change: on the pages that show all tasks.
import { useEffect, useRef } from "preact/hooks";
import type { Overview } from "../api/types";
import { filterOf, isFiltered } from "../pages/tasks/filter";
import { query, route } from "../router/location";
import type { Route } from "../router/route";
import { tally } from "../state/announcer";
import { useOverview } from "./overview-data";

type Numbers = Pick<Overview, "epoch" | "counts" | "finished_in_all">;

/** How many tasks were submitted since the control plane started: those that have ended, and those that have not. */
function submitted({ counts, finished_in_all }: Numbers): number {
  const ended = Object.values(finished_in_all).reduce((before, number) => before + number, 0);
  return ended + counts.scheduled + counts.queued + counts.running;
}

function failed({ finished_in_all }: Numbers): number {
  return (finished_in_all["failure"] ?? 0) + (finished_in_all["lost"] ?? 0);
}

/** What has happened between two looks at the same control plane; of another one, nothing can be said. */
export function happened(before: Numbers | null, after: Numbers): { submitted: number; failed: number } {
  if (before?.epoch !== after.epoch) return { submitted: 0, failed: 0 };
  return { submitted: submitted(after) - submitted(before), failed: failed(after) - failed(before) };
}

/** On a list that is filtered, the list tells what comes to it; on the pages of one thing, others do not belong. */
export function tellsOfAll({ page, subject }: Route, hasFilter: boolean): boolean {
  if (subject) return false;
  return ["overview", "errors", "queues"].includes(page) || (page === "tasks" && !hasFilter);
}

/** Tells what happens, where that is wanted; what happens meanwhile elsewhere is not told later. */
export function Happenings(): null {
  const { data } = useOverview();
  const isWanted = tellsOfAll(route.value, isFiltered(filterOf(query.value)));
  const known = useRef<Numbers | null>(null);
  useEffect(() => {
    if (data === null) return;
    const news = happened(known.current, data);
    known.current = data;
    if (!isWanted) return;
    tally("submitted", news.submitted);
    tally("failed", news.failed);
  }, [data]);
  return null;
}
