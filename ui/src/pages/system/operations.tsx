// Bulk actions: how far they are, and stopping one.
import type { JSX } from "preact";
import { cancelOperation } from "../../api/actions";
import type { Operation, OperationPage } from "../../api/types";
import { Ago, Badge, Button, Meter } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import type { IconName } from "../../components/icons";
import { NoneHere, Pager } from "../../components/pager";
import { Empty, Panel } from "../../components/panel";
import { count, plural } from "../../format/numbers";
import { type Resource, useResource } from "../../live/resource";
import { navigate, param } from "../../router/location";
import { queryOf, urlOf } from "../../router/route";
import { act } from "../../state/act";
import { canOperate } from "../../state/session";
import { toast } from "../../state/toasts";

const TOPICS = ["operations"];

export function useOperations(cursor = ""): Resource<OperationPage> {
  return useResource<OperationPage>(`operations?${queryOf({ limit: "50", cursor })}`, { topics: TOPICS, pace: 500 });
}

const STATES: Record<Operation["state"], { tone: "neutral" | "accent" | "good" | "bad" | "warn"; icon: IconName }> = {
  waiting: { tone: "neutral", icon: "clock" },
  running: { tone: "accent", icon: "play" },
  done: { tone: "good", icon: "check" },
  cancelled: { tone: "warn", icon: "ban" },
  failed: { tone: "bad", icon: "warn" },
};

export function OperationState({ state }: Pick<Operation, "state">): JSX.Element {
  return (
    <Badge tone={STATES[state].tone} icon={STATES[state].icon}>
      {state}
    </Badge>
  );
}

export function titleOf({ action, name, priority, total }: Operation): string {
  const [what, of] = priority ? ["set priority", priority] : [action, name];
  return `${what}${of ? ` ${of}:` : ""} ${plural(total, "task")}`;
}

export function StopOperation({ operation, done }: { operation: Operation; done: () => void }): JSX.Element | null {
  if (operation.finished_at) return null;
  const stop = () =>
    act(
      "Stop the operation",
      () => cancelOperation(operation.id),
      () => (toast("good", "It is stopped; what was done stays done"), done()),
    );
  return (
    <Button icon="ban" refused={canOperate.value ? null : "needs the role operator"} onClick={() => void stop()}>
      Stop
    </Button>
  );
}

export function OperationProgress({ operation }: { operation: Operation }): JSX.Element {
  const { done, total, answers } = operation;
  const outcomes = Object.entries(answers).map(([answer, number]) => `${count(number)} ${answer}`);
  const text = [`${count(done)} of ${count(total)}`, ...outcomes].join(", ");
  return (
    <span class="progress">
      <Meter value={done} of={total} label={text} /> {text}
    </span>
  );
}

export function OperationsTable(): JSX.Element {
  const operations = useOperations(param("cursor"));
  return (
    <Panel<OperationPage> resource={operations} class="list">
      {({ items, ...page }) =>
        items.length === 0 ? (
          <NoneHere thing="bulk action">
            <Empty title="No bulk action yet">
              <p>Select tasks in the list of tasks to act on many at once.</p>
            </Empty>
          </NoneHere>
        ) : (
          <>
            <DataTable<Operation>
              caption="Bulk actions, the newest first"
              isWalked
              rows={items}
              idOf={({ id }) => id}
              open={({ id }) => navigate(urlOf("system", "", { tab: "operations", operation: id }))}
              columns={[
                {
                  key: "action",
                  label: "Action",
                  isWide: true,
                  cell: (operation) => (
                    <a href={urlOf("system", "", { tab: "operations", operation: operation.id })}>
                      <b>{titleOf(operation)}</b>
                    </a>
                  ),
                },
                {
                  key: "state",
                  label: "State",
                  cell: ({ state }) => <OperationState state={state} />,
                },
                { key: "progress", label: "Progress", cell: (operation) => <OperationProgress operation={operation} /> },
                { key: "by", label: "By", cell: ({ created_by }) => created_by },
                { key: "at", label: "Begun", align: "end", cell: ({ created_at }) => <Ago at={created_at} /> },
                {
                  key: "actions",
                  label: "Actions",
                  align: "end",
                  cell: (operation) => <StopOperation operation={operation} done={operations.refresh} />,
                },
              ]}
            />
            <Pager page={{ items, ...page }} thing="bulk action" />
          </>
        )
      }
    </Panel>
  );
}

/** The bulk actions under way, for the list of tasks. */
export function RunningOperations(): JSX.Element {
  const operations = useOperations();
  const running = operations.data?.items.filter(({ finished_at }) => !finished_at) ?? [];
  return (
    <>
      {running.map((operation) => (
        <div class="operation" key={operation.id}>
          <b>{titleOf(operation)}</b>
          <OperationProgress operation={operation} />
          <StopOperation operation={operation} done={operations.refresh} />
        </div>
      ))}
    </>
  );
}
