// A table that becomes a list of cards on narrow screens, with rows to open, to select, and to walk with j and k.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { param, setParams } from "../router/location";
import { useShortcuts } from "../state/shortcuts";

export interface Column<T> {
  key: string;
  label: string;
  cell: (row: T) => ComponentChildren;
  align?: "end";
  /** Takes what room is left, and is cut with an ellipsis. */
  isWide?: boolean;
  /** Sorting by this column, as `aria-sort` says it. */
  sort?: "ascending" | "descending" | "none";
  onSort?: () => void;
}

export interface RowSelection {
  ids: ReadonlySet<string>;
  change: (ids: ReadonlySet<string>) => void;
}

interface TableProps<T> {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  idOf: (row: T) => string;
  open?: (row: T) => void;
  nameOf?: (row: T) => string;
  selection?: RowSelection;
  /** Walk the rows with j and k; only one table of a page. */
  isWalked?: boolean;
}

// Cards lose the meaning of a table in some browsers when its display changes: so the roles stand there as well.
export function DataTable<T>(props: TableProps<T>): JSX.Element {
  const { caption, columns, rows, idOf, selection } = props;
  return (
    <div class="table-wrap">
      {props.isWalked && <Walk {...props} />}
      <table class="data" role="table">
        <caption class="offscreen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {selection && (
              <th role="columnheader" class="select">
                <SelectAll ids={rows.map(idOf)} selection={selection} />
              </th>
            )}
            {columns.map((column) => (
              <Heading key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <Row key={idOf(row)} row={row} {...props} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading<T>({ column }: { column: Column<T> }): JSX.Element {
  const { label, align, sort, onSort, isWide } = column;
  const classes = `${align ?? ""} ${isWide ? "wide" : ""}`.trim();
  if (!onSort)
    return (
      <th role="columnheader" scope="col" class={classes}>
        {label}
      </th>
    );
  const arrow = sort === "ascending" ? " ↑" : sort === "descending" ? " ↓" : "";
  return (
    <th role="columnheader" scope="col" class={classes} aria-sort={sort}>
      <button type="button" class="sort" onClick={onSort}>
        {label}
        <span aria-hidden="true">{arrow}</span>
      </button>
    </th>
  );
}

function SelectAll({ ids, selection }: { ids: string[]; selection: RowSelection }): JSX.Element {
  const chosen = ids.filter((id) => selection.ids.has(id)).length;
  const isAll = chosen > 0 && chosen === ids.length;
  return (
    <input
      type="checkbox"
      aria-label="Select all rows of this page"
      checked={isAll}
      ref={(box) => {
        if (box) box.indeterminate = chosen > 0 && !isAll;
      }}
      onChange={() => selection.change(isAll ? new Set() : new Set([...selection.ids, ...ids]))}
    />
  );
}

function toggled(selection: RowSelection, id: string): void {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  selection.change(ids);
}

function Row<T>({ row, columns, idOf, open, nameOf, selection, isWalked }: TableProps<T> & { row: T }): JSX.Element {
  const id = idOf(row);
  const isChosen = selection?.ids.has(id) ?? false;
  const isCurrent = isWalked && param("row") === id;
  const onClick = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("a,button,input,summary") || window.getSelection()?.toString()) return;
    open?.(row);
  };
  return (
    <tr
      role="row"
      data-id={id}
      class={`${open ? "opens" : ""} ${isChosen ? "chosen" : ""} ${isCurrent ? "current" : ""}`}
      aria-selected={selection ? isChosen : undefined}
      aria-current={isCurrent ? "true" : undefined}
      onClick={onClick}
    >
      {selection && (
        <td role="cell" class="select">
          <input
            type="checkbox"
            aria-label={`Select ${nameOf?.(row) ?? id}`}
            checked={isChosen}
            onChange={() => toggled(selection, id)}
          />
        </td>
      )}
      {columns.map(({ key, label, cell, align, isWide }) => (
        <td role="cell" key={key} class={`c-${key} ${align ?? ""} ${isWide ? "wide" : ""}`} data-label={label}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** The keys of a table. The current row is in the URL. */
function Walk<T>({ rows, idOf, open, selection }: TableProps<T>): null {
  const current = param("row");
  const at = rows.findIndex((row) => idOf(row) === current);
  const previous = useRef(current);
  useEffect(() => {
    if (previous.current !== current) {
      document.querySelector(`tr[data-id="${CSS.escape(current)}"]`)?.scrollIntoView({ block: "nearest" });
    }
    previous.current = current;
  }, [current]);
  const go = (step: number) => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    if (next) setParams({ row: idOf(next) });
  };
  const row = rows[at];
  const group = "In a list";
  useShortcuts([
    { keys: "j", label: "Next row", group, run: () => go(1) },
    { keys: "k", label: "Previous row", group, run: () => go(at < 0 ? 1 : -1) },
    ...(open
      ? [{ keys: "Enter", label: "Open the row", group, run: () => openFocusedOr(() => row && open(row)) }]
      : []),
    ...(selection
      ? [
          {
            keys: "x",
            label: "Select the row",
            group,
            run: () => {
              if (row) toggled(selection, idOf(row));
            },
          },
        ]
      : []),
  ]);
  return null;
}

/** Enter on a link or a button is theirs; elsewhere it opens the current row. */
function openFocusedOr(open: () => void): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.matches("a,button,summary,[tabindex='0']")) focused.click();
  else open();
}
