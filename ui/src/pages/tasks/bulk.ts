// Acting on many tasks: count first, ask with the exact number, then watch it go.
import { type Bulk, countBulk, type Selection, startBulk } from "../../api/actions";
import type { BulkAction, BulkCount } from "../../api/types";
import { confirmTasks, questionOfOne } from "../../components/confirm";
import { plural } from "../../format/numbers";
import { act } from "../../state/act";
import { toast } from "../../state/toasts";
import { tellOutcome } from "../system/outcome";

interface Words {
  verb: string;
  /** What is asked, after the verb and the number of tasks. */
  to?: (bulk: Bulk) => string;
  now: string;
  past: string;
  what: string;
  /** The same of one task. */
  whatOfOne: string;
  /** Why there is none for which it is possible. */
  none: string;
  noneOfOne: string;
  /** There is no way back: what ran is ended, or nothing is left of it. */
  isForGood?: boolean;
}

const WORDS: Record<BulkAction, Words> = {
  cancel: {
    verb: "Cancel",
    now: "Cancelling",
    past: "Cancelled",
    none: "They have ended.",
    noneOfOne: "It has ended.",
    isForGood: true,
    what: "Queued tasks end at once; running ones are told to stop. This cannot be undone.",
    whatOfOne: "If it waits, it ends at once; if it runs, it is told to stop. This cannot be undone.",
  },
  retry: {
    verb: "Retry",
    now: "Retrying",
    past: "Retried",
    none: "Only tasks that have ended are retried.",
    noneOfOne: "Only a task that has ended is retried.",
    what: "Each is submitted again as a new task; the old one stays as it is.",
    whatOfOne: "It is submitted again as a new task; the old one stays as it is.",
  },
  delete: {
    verb: "Delete",
    now: "Deleting",
    past: "Deleted",
    none: "Only tasks that have ended are deleted.",
    noneOfOne: "Only a task that has ended is deleted.",
    what: "They are forgotten with their results. This cannot be undone.",
    whatOfOne: "It is forgotten with its result. This cannot be undone.",
    isForGood: true,
  },
  priority: {
    verb: "Set",
    to: ({ priority }) => ` to ${priority}`,
    now: "Setting",
    past: "Set",
    none: "They have it already, or do not wait any more.",
    noneOfOne: "It has it already, or does not wait any more.",
    what: "They go behind those that have that priority already.",
    whatOfOne: "It goes behind those that have that priority already.",
  },
};

/** Ask and do it; of one task, its name is the question. True when it was started. */
export async function runBulk(bulk: Bulk, selection: Selection, name?: string): Promise<boolean> {
  const { verb, to, now, past, whatOfOne, isForGood = false } = WORDS[bulk.action];
  const counted = await act(verb, () => countBulk(bulk, selection));
  if (!counted) return false;
  if (counted.possible === 0) {
    tellNone(bulk.action, counted, name);
    return false;
  }
  const question = name === undefined ? questionOf(bulk, counted) : { ...questionOfOne(verb, name), text: whatOfOne };
  const agreed = await confirmTasks({ ...question, number: counted.possible, isForGood });
  if (!agreed) return false;
  const operation = await act(verb, () => startBulk(bulk, selection, counted.possible));
  if (operation) void tellOutcome(operation, { now, past, rest: to?.(bulk) ?? "" });
  return operation !== undefined;
}

function questionOf(bulk: Bulk, { matching, possible }: BulkCount): { title: string; text: string; verb: string } {
  const { verb, to, what } = WORDS[bulk.action];
  const tasks = `${verb} ${plural(possible, "task")}${to?.(bulk) ?? ""}`;
  const others = matching - possible;
  const rest = others > 0 ? ` For ${plural(others, "other")} it is not possible; they stay as they are.` : "";
  return { title: `${tasks}?`, text: `${what}${rest}`, verb: tasks };
}

function tellNone(action: BulkAction, { matching }: BulkCount, name?: string): void {
  const { verb, none, noneOfOne } = WORDS[action];
  if (name === undefined) toast("bad", `${verb}: possible for none of ${plural(matching, "task")}`, { detail: none });
  else toast("bad", `${verb} ${name}: not possible`, { detail: noneOfOne });
}
