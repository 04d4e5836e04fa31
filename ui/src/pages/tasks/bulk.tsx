// Acting on many tasks: count first, ask with the exact number, then watch it go.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { countBulk, type Selection, startBulk } from "../../api/actions";
import type { BulkAction, TaskSummary } from "../../api/types";
import { Button } from "../../components/basics";
import { confirm } from "../../components/confirm";
import type { RowSelection } from "../../components/data-table";
import { count, plural } from "../../format/numbers";
import { act } from "../../state/act";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { toast } from "../../state/toasts";
import { bulkFilter, type Filter } from "./filter";

const TYPED_FROM = 100;
const MOST_IDS = 1000;

const WORDS: Record<BulkAction, { verb: string; past: string; what: string }> = {
  cancel: {
    verb: "Cancel",
    past: "Cancelling",
    what: "Queued tasks end at once; running ones are told to stop. This cannot be undone.",
  },
  retry: {
    verb: "Retry",
    past: "Retrying",
    what: "Each is submitted again as a new task; the old one stays as it is.",
  },
};

/** Ask and do it. True when it was started. */
export async function runBulk(action: BulkAction, selection: Selection): Promise<boolean> {
  const { verb, past, what } = WORDS[action];
  const counted = await act(verb, () => countBulk(action, selection));
  if (!counted) return false;
  if (counted.possible === 0) {
    toast(
      "bad",
      `None of ${plural(counted.matching, "task")} can be ${action === "cancel" ? "cancelled" : "retried"}`,
      { detail: action === "cancel" ? "They have ended." : "Only tasks that have ended are retried." },
    );
    return false;
  }
  const others = counted.matching - counted.possible;
  const rest = others > 0 ? ` For ${plural(others, "other")} it is not possible; they stay as they are.` : "";
  const agreed = await confirm({
    title: `${verb} ${plural(counted.possible, "task")}?`,
    text: `${what}${rest}`,
    verb: `${verb} ${plural(counted.possible, "task")}`,
    isDangerous: action === "cancel",
    ...(counted.possible > TYPED_FROM ? { typed: String(counted.possible) } : {}),
  });
  if (!agreed) return false;
  const operation = await act(verb, () => startBulk(action, selection, counted.possible));
  if (operation) toast("good", `${past} ${plural(operation.total, "task")}`);
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
  const run = (action: BulkAction) => async () => {
    const target: Selection = isAll ? { filter: bulkFilter(filter) } : { ids: [...selection.ids] };
    if (await runBulk(action, target)) clear();
  };
  const clear = () => (setAll(false), selection.change(new Set()));
  const group = "Selected tasks";
  useShortcuts(
    chosen === 0
      ? []
      : [
          { keys: "c", label: "Cancel them", group, run: () => void run("cancel")() },
          { keys: "R", label: "Retry them", group, run: () => void run("retry")() },
          { keys: "Escape", label: "Select none", group, run: clear },
        ],
  );
  if (chosen === 0) return null;
  const refused = canOperate.value
    ? chosen > MOST_IDS && !isAll
      ? `at most ${MOST_IDS} at once`
      : null
    : "needs the role operator";
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
      <Button icon="ban" refused={refused} keys="c" onClick={() => void run("cancel")()}>
        Cancel
      </Button>
      <Button icon="retry" refused={refused} keys="R" onClick={() => void run("retry")()}>
        Retry
      </Button>
      <Button kind="ghost" icon="close" label="Select none" keys="Escape" onClick={clear} />
    </div>
  );
}
