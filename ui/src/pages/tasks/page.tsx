// The list of tasks.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { TaskSummary } from "../../api/types";
import { DataTable } from "../../components/data-table";
import { NoneHere, Pager } from "../../components/pager";
import { Panel } from "../../components/panel";
import { count, plural } from "../../format/numbers";
import { navigate, param, query, setParams } from "../../router/location";
import { urlOf } from "../../router/route";
import { listed } from "../../state/listed";
import { RunningOperations } from "../system/operations";
import { BulkBar } from "./bulk-bar";
import { COLUMNS, FIXED } from "./columns";
import { FilterBar } from "./filter-bar";
import { ExportMenu } from "./export";
import { filterOf } from "./filter";
import { None } from "./none";
import { MOST_WAITING, type Rows, useRows } from "./rows";
import { StatusTabs } from "./status-tabs";
import { Strip } from "./strip";
import { ColumnsMenu, shownColumns, ViewsMenu } from "./views";

export function Tasks(): JSX.Element {
  const filter = filterOf(query.value);
  const order = param("order", "newest");
  const rows = useRows(filter, { order: order === "oldest" ? "oldest" : "", cursor: param("cursor") });
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const selection = { ids, change: setIds };
  useEffect(() => {
    listed.value = { ids: rows.items.map(({ id }) => id), url: `tasks?${query.value}` };
  }, [rows.items, query.value]);
  return (
    <>
      <header class="page-head">
        <h1>Tasks</h1>
        <div class="tools">
          <ExportMenu filter={filter} />
          <ViewsMenu />
          <ColumnsMenu />
        </div>
      </header>
      <StatusTabs filter={filter} />
      <FilterBar filter={filter} />
      <Strip filter={filter} />
      <RunningOperations />
      <Panel resource={rows.resource} class="list">
        {(page) =>
          page.items.length === 0 ? (
            <NoneHere thing="task">
              <None filter={filter} page={page} />
            </NoneHere>
          ) : (
            <>
              <BulkBar filter={filter} selection={selection} rows={rows.items} total={page.total} />
              <Pill rows={rows} />
              <DataTable<TaskSummary>
                caption="Tasks"
                isWalked
                rows={rows.items}
                idOf={({ id }) => id}
                selection={selection}
                nameOf={({ name, id }) => `${name} ${id}`}
                open={({ id }) => navigate(urlOf("tasks", id))}
                columns={columnsFor(order)}
              />
              <Pager
                page={page}
                thing="task"
                note={page.is_bounded && `looked at the newest ${count(page.searched)}`}
                isAlways
              />
            </>
          )
        }
      </Panel>
    </>
  );
}

function columnsFor(order: string): typeof COLUMNS {
  const shown = COLUMNS.filter(({ key }) => FIXED.includes(key) || shownColumns.value.includes(key));
  const turn = () => setParams({ order: order === "oldest" ? "" : "oldest", cursor: "", row: "" });
  return shown.map((column) =>
    column.key === "submitted"
      ? { ...column, sort: order === "oldest" ? ("ascending" as const) : ("descending" as const), onSort: turn }
      : column,
  );
}

/** Above the rows, where more may be shown. Of a filter that only the server knows, nothing is counted. */
export function Pill({ rows }: { rows: Pick<Rows, "waiting" | "isUncertain" | "show"> }): JSX.Element | null {
  const { waiting, isUncertain, show } = rows;
  if (waiting === 0 && !isUncertain) return null;
  const counted = `${waiting > MOST_WAITING ? "more than " : ""}${plural(waiting, "new task")}`;
  return (
    <button type="button" class="pill" onClick={show}>
      ▲ {waiting > 0 ? counted : "The list may have changed"}
    </button>
  );
}
