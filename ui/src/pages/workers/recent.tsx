// What a worker ran lately.
import type { JSX } from "preact";
import type { TaskPage, TaskSummary } from "../../api/types";
import { DataTable } from "../../components/data-table";
import { Empty, Panel } from "../../components/panel";
import { useResource } from "../../live/resource";
import { navigate } from "../../router/location";
import { queryOf, urlOf } from "../../router/route";
import { COLUMNS } from "../tasks/columns";

const TOPICS = ["tasks"];
const SHOWN = ["status", "name", "attempts", "wait", "run", "submitted"];
const ENDED = ["success", "failure", "lost", "cancelled", "expired"];

export function Recent({ of }: { of: string }): JSX.Element {
  const path = `tasks?${queryOf({ worker: of, status: ENDED, limit: "20" })}`;
  const tasks = useResource<TaskPage>(path, { topics: TOPICS, pace: 3_000 });
  return (
    <Panel<TaskPage>
      title="Ended lately"
      resource={tasks}
      tools={<a href={urlOf("tasks", "", { worker: of })}>All its tasks</a>}
    >
      {({ items }) =>
        items.length === 0 ? (
          <Empty icon="clock" title="No task that ended on it is remembered" />
        ) : (
          <DataTable<TaskSummary>
            caption="Tasks that ended on it"
            rows={items}
            idOf={({ id }) => id}
            open={({ id }) => navigate(urlOf("tasks", id))}
            columns={COLUMNS.filter(({ key }) => SHOWN.includes(key))}
          />
        )
      }
    </Panel>
  );
}
