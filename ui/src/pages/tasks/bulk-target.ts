// Which tasks a key or a button of the list is for: all that match, those that are selected, or the current row.
import { useState } from "preact/hooks";
import type { Selection } from "../../api/actions";
import { bulkFilter, type Filter } from "./filter";

interface Chosen {
  ids: ReadonlySet<string>;
  /** The id of the current row: it counts where none is selected. */
  current: string | undefined;
  isAll: boolean;
}

/** Return what is acted on, or null. A filter is only meant while tasks are selected: without one, it is every task. */
export function targetOf({ ids, current, isAll }: Chosen, filter: Filter): Selection | null {
  if (ids.size > 0) return isAll ? { filter: bulkFilter(filter) } : { ids: [...ids] };
  return current === undefined ? null : { ids: [current] };
}

/** Whether all that match were selected, and the way to say so: of this selection and filter, and of no later one. */
export function useAllMatching(ids: ReadonlySet<string>, filter: Filter): [isAll: boolean, chooseAll: () => void] {
  const [said, setSaid] = useState<{ ids: ReadonlySet<string>; filter: string } | null>(null);
  const asked = JSON.stringify(filter);
  return [ids.size > 0 && said?.ids === ids && said.filter === asked, () => setSaid({ ids, filter: asked })];
}
