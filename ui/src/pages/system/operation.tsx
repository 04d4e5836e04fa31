// One bulk action: what became of each task, page by page.
import type { JSX } from "preact";
import type { Operation, OperationItem } from "../../api/types";
import { Button } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { Icon } from "../../components/icons";
import { Empty, Panel } from "../../components/panel";
import { count, plural } from "../../format/numbers";
import { shortId } from "../../format/values";
import { useResource } from "../../live/resource";
import { param, setParams } from "../../router/location";
import { urlOf } from "../../router/route";
import { OperationProgress, OperationState, StopOperation, titleOf } from "./operations";

const TOPICS = ["operations"];
const PER_PAGE = 50;

export function OperationDetail({ id }: { id: string }): JSX.Element {
  const operation = useResource<Operation>(`operations/${encodeURIComponent(id)}`, { topics: TOPICS, pace: 500 });
  return (
    <>
      <div class="filter-bar">
        <a href={urlOf("system", "", { tab: "operations" })}>
          <Icon name="left" />
          Operations
        </a>
      </div>
      <Panel<Operation> resource={operation} class="list">
        {(data) => (
          <>
            <header class="panel-head">
              <h2>{titleOf(data)}</h2>
              <OperationState state={data.state} />
              <OperationProgress operation={data} />
              <StopOperation operation={data} done={operation.refresh} />
            </header>
            <Items operation={data} />
          </>
        )}
      </Panel>
    </>
  );
}

/** Return one page of the answers, and where it stands among them. */
export function pageOf<T>(items: readonly T[], from: number): { shown: readonly T[]; from: number; last: number } {
  const inside = Math.min(Math.max(0, from), Math.max(0, items.length - 1));
  const start = inside - (inside % PER_PAGE);
  const shown = items.slice(start, start + PER_PAGE);
  return { shown, from: start, last: start + shown.length };
}

function Items({ operation: { items, done } }: { operation: Operation }): JSX.Element {
  const { shown, from, last } = pageOf(items, Number(param("from")) || 0);
  if (shown.length === 0) return <Empty icon="clock" title="Nothing was done yet" />;
  const go = (to: number) => setParams({ from: to > 0 ? String(to) : "", row: "" }, { replace: false });
  return (
    <>
      <DataTable<OperationItem>
        caption="What became of each task, the refused ones first"
        rows={shown}
        idOf={({ id }) => id}
        columns={[
          { key: "task", label: "Task", isWide: true, cell: ({ id }) => <TaskLink id={id} /> },
          { key: "outcome", label: "Outcome", cell: ({ outcome }) => outcome },
          { key: "again", label: "Runs again as", cell: ({ new_id }) => (new_id ? <TaskLink id={new_id} /> : "") },
        ]}
      />
      <footer class="pager">
        <p>
          {count(from + 1)} to {count(last)} of {plural(items.length, "task")}
          {items.length < done && `; of ${count(done)}, no more are kept`}
        </p>
        <Button icon="left" refused={from > 0 ? null : "this is the first page"} onClick={() => go(from - PER_PAGE)}>
          Previous
        </Button>
        <Button icon="right" refused={last < items.length ? null : "this is the last page"} onClick={() => go(last)}>
          Next
        </Button>
      </footer>
    </>
  );
}

function TaskLink({ id }: { id: string }): JSX.Element {
  return (
    <a href={urlOf("tasks", id)}>
      <code title={id}>{shortId(id)}</code>
    </a>
  );
}
