// The keys and buttons of the list of tasks: what each does, to whom, and why it may be refused.
import type { Bulk, Selection } from "../../api/actions";
import type { TaskSummary } from "../../api/types";
import { changePriority, choosePriority } from "../../components/priority";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { runBulk } from "./bulk";

const MOST_IDS = 1000;

export interface BulkActions {
  /** Why nothing can be done now. */
  refused: string | null;
  cancel: () => void;
  retry: () => void;
  remove: () => void;
  setPriority: () => void;
}

/** Return why a target cannot be acted on. */
function refusalOf(target: Selection | null): string | null {
  if (!canOperate.value) return "needs the role operator";
  return target && "ids" in target && target.ids.length > MOST_IDS ? `at most ${MOST_IDS} at once` : null;
}

/** Return the only task of a target, if it is on the screen: then its name is the question. */
function onlyOf(target: Selection | null, rows: readonly TaskSummary[]): TaskSummary | undefined {
  return target && "ids" in target && target.ids.length === 1 ? rows.find(({ id }) => id === target.ids[0]) : undefined;
}

export function bulkActions(target: Selection | null, rows: readonly TaskSummary[], done: () => void): BulkActions {
  const refused = refusalOf(target);
  const one = onlyOf(target, rows);
  const run = async (bulk: Bulk) => {
    if (refused === null && target && (await runBulk(bulk, target, one?.name))) done();
  };
  const setPriority = async () => {
    if (refused !== null) return;
    if (one) return (await changePriority(one)) ? done() : undefined;
    const priority = await choosePriority("Set the priority of the selected tasks", "Count them");
    if (priority) await run({ action: "priority", priority });
  };
  return {
    refused,
    cancel: () => void run({ action: "cancel" }),
    retry: () => void run({ action: "retry" }),
    remove: () => void run({ action: "delete" }),
    setPriority: () => void setPriority(),
  };
}

/** Offer the keys of the actions, of those selected or of the current row. */
export function useBulkKeys({ cancel, retry, remove, setPriority }: BulkActions, group: string | null): void {
  useShortcuts(
    group === null
      ? []
      : [
          { keys: "c", label: "Cancel", group, run: cancel },
          { keys: "R", label: "Retry", group, run: retry },
          { keys: "D", label: "Delete", group, run: remove },
          { keys: "p", label: "Set the priority", group, run: setPriority },
        ],
  );
}
