// Above the list of tasks: how many are selected, and what can be done to them.
import type { JSX } from "preact";
import type { TaskSummary } from "../../api/types";
import { Button } from "../../components/basics";
import type { RowSelection } from "../../components/data-table";
import { count, plural } from "../../format/numbers";
import { param } from "../../router/location";
import { useShortcuts } from "../../state/shortcuts";
import { bulkActions, useBulkKeys } from "./bulk-keys";
import { targetOf, useAllMatching } from "./bulk-target";
import type { Filter } from "./filter";

interface BarProps {
  filter: Filter;
  selection: RowSelection;
  rows: readonly TaskSummary[];
  total: { value: number; relation: "eq" | "gte" };
}

export function BulkBar({ filter, selection, rows, total }: BarProps): JSX.Element | null {
  const { ids } = selection;
  const [isAll, chooseAll] = useAllMatching(ids, filter);
  const current = rows.find(({ id }) => id === param("row"))?.id;
  const target = targetOf({ ids, current, isAll }, filter);
  const clear = () => selection.change(new Set());
  const actions = bulkActions(target, rows, clear);
  useBulkKeys(actions, target && (ids.size > 0 ? "Selected tasks" : "The current row"));
  useShortcuts(ids.size > 0 ? [{ keys: "Escape", label: "Select none", group: "Selected tasks", run: clear }] : []);
  if (ids.size === 0) return null;
  const isPage = rows.length > 0 && rows.every(({ id }) => ids.has(id));
  const matching = `${total.relation === "gte" ? "more than " : ""}${count(total.value)}`;
  const { refused, cancel, retry, setPriority, remove } = actions;
  return (
    <div class="bulk-bar" role="region" aria-label="Selected tasks">
      <b>{isAll ? `All ${matching} that match` : `${plural(ids.size, "task")} selected`}</b>
      {isPage && !isAll && total.value > rows.length && (
        <Button kind="ghost" onClick={chooseAll}>
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
      <Button icon="up" refused={refused} keys="p" onClick={setPriority}>
        Priority…
      </Button>
      <Button icon="bin" refused={refused} keys="D" onClick={remove}>
        Delete
      </Button>
    </div>
  );
}
