// Acting on many tasks: count first, ask with the exact number, then watch it go.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Bulk, countBulk, type Selection, startBulk } from "../../api/actions";
import type { BulkAction, TaskSummary } from "../../api/types";
import { Button } from "../../components/basics";
import { confirmTasks } from "../../components/confirm";
import { choosePriority } from "../../components/priority";
import type { RowSelection } from "../../components/data-table";
import { count, plural } from "../../format/numbers";
import { param } from "../../router/location";
import { act } from "../../state/act";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { toast } from "../../state/toasts";
import { tellOutcome } from "../system/outcome";
import { bulkFilter, type Filter } from "./filter";

const MOST_IDS = 1000;

interface Words {
  verb: string;
  /** What is asked, after the verb and the number of tasks. */
  to?: (bulk: Bulk) => string;
  now: string;
  past: string;
  what: string;
  /** Why there is none for which it is possible. */
  none: string;
  /** There is no way back: what ran is ended, or nothing is left of it. */
  isForGood?: boolean;
}

const WORDS: Record<BulkAction, Words> = {
  cancel: {
    verb: "Cancel",
    now: "Cancelling",
    past: "Cancelled",
    none: "They have ended.",
    isForGood: true,
    what: "Queued tasks end at once; running ones are told to stop. This cannot be undone.",
  },
  retry: {
    verb: "Retry",
    now: "Retrying",
    past: "Retried",
    none: "Only tasks that have ended are retried.",
    what: "Each is submitted again as a new task; the old one stays as it is.",
  },
  delete: {
    verb: "Delete",
    now: "Deleting",
    past: "Deleted",
    none: "Only tasks that have ended are deleted.",
    what: "They are forgotten with their results. This cannot be undone.",
    isForGood: true,
  },
  priority: {
    verb: "Set",
    to: ({ priority }) => ` to ${priority}`,
    now: "Setting",
    past: "Set",
    none: "They have it already, or do not wait any more.",
    what: "They go behind those that have that priority already.",
  },
};

/** Ask and do it. True when it was started. */
export async function runBulk(bulk: Bulk, selection: Selection): Promise<boolean> {
  const { verb, to, now, past, what, none, isForGood = false } = WORDS[bulk.action];
  const counted = await act(verb, () => countBulk(bulk, selection));
  if (!counted) return false;
  if (counted.possible === 0) {
    toast("bad", `${verb}: possible for none of ${plural(counted.matching, "task")}`, { detail: none });
    return false;
  }
  const tasks = `${plural(counted.possible, "task")}${to?.(bulk) ?? ""}`;
  const others = counted.matching - counted.possible;
  const rest = others > 0 ? ` For ${plural(others, "other")} it is not possible; they stay as they are.` : "";
  const agreed = await confirmTasks({
    title: `${verb} ${tasks}?`,
    text: `${what}${rest}`,
    verb: `${verb} ${tasks}`,
    number: counted.possible,
    isForGood,
  });
  if (!agreed) return false;
  const operation = await act(verb, () => startBulk(bulk, selection, counted.possible));
  if (operation) void tellOutcome(operation, { now, past, rest: to?.(bulk) ?? "" });
  return operation !== undefined;
}

interface BarProps {
  filter: Filter;
  selection: RowSelection;
  rows: readonly TaskSummary[];
  total: { value: number; relation: "eq" | "gte" };
}

export function BulkBar({ filter, selection, rows, total }: BarProps): JSX.Element | null {
  const [isAll, setAll] = useState(false);
  const chosen = selection.ids.size;
  const current = rows.find(({ id }) => id === param("row"));
  const run = (bulk: Bulk) => async () => {
    const ids = chosen > 0 ? [...selection.ids] : current ? [current.id] : [];
    const target: Selection = isAll ? { filter: bulkFilter(filter) } : { ids };
    if (await runBulk(bulk, target)) clear();
  };
  const cancel = () => void run({ action: "cancel" })();
  const retry = () => void run({ action: "retry" })();
  const remove = () => void run({ action: "delete" })();
  const setPriority = async () => {
    const priority = await choosePriority("Set the priority of the selected tasks", "Count them");
    if (priority) await run({ action: "priority", priority })();
  };
  const clear = () => (setAll(false), selection.change(new Set()));
  const refused = canOperate.value
    ? chosen > MOST_IDS && !isAll
      ? `at most ${MOST_IDS} at once`
      : null
    : "needs the role operator";
  const group = chosen > 0 ? "Selected tasks" : "The current row";
  useShortcuts([
    ...(chosen > 0 || current
      ? [
          { keys: "c", label: "Cancel", group, run: () => refused === null && cancel() },
          { keys: "R", label: "Retry", group, run: () => refused === null && retry() },
          { keys: "D", label: "Delete", group, run: () => refused === null && remove() },
          { keys: "p", label: "Set the priority", group, run: () => refused === null && void setPriority() },
        ]
      : []),
    ...(chosen > 0 ? [{ keys: "Escape", label: "Select none", group, run: clear }] : []),
  ]);
  if (chosen === 0) return null;
  const isPage = rows.length > 0 && rows.every(({ id }) => selection.ids.has(id));
  const matching = `${total.relation === "gte" ? "more than " : ""}${count(total.value)}`;
  return (
    <div class="bulk-bar" role="region" aria-label="Selected tasks">
      <b>{isAll ? `All ${matching} that match` : `${plural(chosen, "task")} selected`}</b>
      {isPage && !isAll && total.value > rows.length && (
        <Button kind="ghost" onClick={() => setAll(true)}>
          Select all {matching} matching
        </Button>
      )}
      <Button kind="ghost" keys="Escape" onClick={clear}>
        Select none
      </Button>
      <Button icon="ban" refused={refused} keys="c" onClick={cancel}>
        Cancel
      </Button>
      <Button icon="retry" refused={refused} keys="R" onClick={retry}>
        Retry
      </Button>
      <Button icon="up" refused={refused} keys="p" onClick={() => void setPriority()}>
        Priority…
      </Button>
      <Button icon="bin" refused={refused} keys="D" onClick={remove}>
        Delete
      </Button>
    </div>
  );
}
