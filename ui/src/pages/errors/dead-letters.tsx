// Tasks that failed for good, or were lost: all their tries are used. They can run again, as they were or edited.
import type { JSX } from "preact";
import { deleteTask, retryTask } from "../../api/actions";
import type { TaskPage, TaskSummary } from "../../api/types";
import { Ago, Button } from "../../components/basics";
import { confirmTasks } from "../../components/confirm";
import { DataTable } from "../../components/data-table";
import { Icon } from "../../components/icons";
import { NoneHere, Pager } from "../../components/pager";
import { Empty, Panel } from "../../components/panel";
import { count } from "../../format/numbers";
import { useResource } from "../../live/resource";
import { navigate, param, setParams } from "../../router/location";
import { queryOf, urlOf } from "../../router/route";
import { act } from "../../state/act";
import { canOperate } from "../../state/session";
import { toast } from "../../state/toasts";
import { runBulk } from "../tasks/bulk";
import { COLUMNS } from "../tasks/columns";
import { ExportMenu } from "../tasks/export";

const TOPICS = ["tasks"];
const PACE = 2_000;
const DEAD = { status: ["failure", "lost"] as ("failure" | "lost")[] };
const LATEST = "latest-end";
const EARLIEST = "earliest-end";
const BEFORE = ["status", "name", "attempts", "worker"];

export function DeadLetters(): JSX.Element {
  const order = param("order") === EARLIEST ? EARLIEST : LATEST;
  const path = `dead-letters?${queryOf({ order, limit: "50", cursor: param("cursor") })}`;
  const tasks = useResource<TaskPage>(path, { topics: TOPICS, pace: PACE });
  const refused = canOperate.value ? null : "needs the role operator";
  return (
    <>
      <div class="filter-bar">
        <p class="muted">Tasks whose tries are used up. A replay is a new task that names the old one as its origin.</p>
        <div class="tools">
          <ExportMenu filter={DEAD} />
          <Button icon="retry" refused={refused} onClick={() => void runBulk({ action: "retry" }, { filter: DEAD })}>
            Replay all…
          </Button>
          <Button icon="bin" refused={refused} onClick={() => void runBulk({ action: "delete" }, { filter: DEAD })}>
            Discard all…
          </Button>
        </div>
      </div>
      <Panel resource={tasks} class="list">
        {(page) =>
          page.items.length === 0 ? (
            <NoneHere thing="dead letter">
              <Empty title="No dead letters">
                <p>A task that fails for good, or is lost with its worker, appears here while it is remembered.</p>
              </Empty>
            </NoneHere>
          ) : (
            <>
              <DataTable<TaskSummary>
                caption="Tasks that will not be tried again"
                isWalked
                rows={page.items}
                idOf={({ id }) => id}
                open={({ id }) => navigate(urlOf("tasks", id))}
                columns={[
                  ...COLUMNS.filter(({ key }) => BEFORE.includes(key)),
                  {
                    key: "age",
                    label: "Ended",
                    align: "end",
                    sort: order === LATEST ? "descending" : "ascending",
                    onSort: () => setParams({ order: order === LATEST ? EARLIEST : "", cursor: "", row: "" }),
                    cell: ({ finished_at }) => <Ago at={finished_at} />,
                  },
                  {
                    key: "actions",
                    label: "Actions",
                    align: "end",
                    cell: (task) => <Replay task={task} refused={refused} />,
                  },
                ]}
              />
              <Pager page={page} thing="task" note={page.is_bounded && `looked at ${count(page.searched)}`} />
            </>
          )
        }
      </Panel>
    </>
  );
}

function Replay({ task, refused }: { task: TaskSummary; refused: string | null }): JSX.Element {
  const replay = () =>
    act(
      "Replay",
      () => retryTask(task.id),
      ({ id }) =>
        toast("good", "Submitted as a new task", {
          action: { label: "Open it", run: () => navigate(urlOf("tasks", id)) },
        }),
    );
  const discard = async () => {
    const agreed = await confirmTasks({
      title: `Discard ${task.name}?`,
      text: "It is forgotten, and cannot be replayed any more. This cannot be undone.",
      verb: "Discard it",
      number: 1,
      isForGood: true,
    });
    if (agreed) await act("Discard", () => deleteTask(task.id), () => toast("good", "It is discarded"));
  };
  return (
    <span class="row-actions">
      <Button icon="retry" refused={refused} onClick={replay} title={`Run ${task.name} again as it was`}>
        Replay
      </Button>
      <Edit task={task} refused={refused} />
      <Button icon="bin" refused={refused} onClick={() => void discard()} title={`Forget ${task.name}`}>
        Discard
      </Button>
    </span>
  );
}

function Edit({ task, refused }: { task: TaskSummary; refused: string | null }): JSX.Element {
  if (refused)
    return (
      <Button icon="send" refused={refused} onClick={() => undefined}>
        Edit…
      </Button>
    );
  return (
    <a class="button" href={urlOf("tasks", task.id, { edit: "1" })} title={`Edit ${task.name} and run it again`}>
      <Icon name="send" />
      Edit…
    </a>
  );
}
