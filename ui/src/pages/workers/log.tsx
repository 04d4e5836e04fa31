// What the tasks of a worker said lately.
import type { JSX } from "preact";
import type { WorkerLog, WorkerLogLine } from "../../api/types";
import { Empty, Panel } from "../../components/panel";
import { clockTime, momentOf } from "../../format/times";
import { useResource } from "../../live/resource";
import { urlOf } from "../../router/route";
import { isUtc } from "../../state/clock";

const TOPICS = ["tasks", "workers"];

export function Log({ of }: { of: string }): JSX.Element {
  const log = useResource<WorkerLog>(`workers/${encodeURIComponent(of)}/log`, { topics: TOPICS, pace: 2_000 });
  return (
    <Panel<WorkerLog> title="Latest log lines" resource={log}>
      {({ lines }) =>
        lines.length === 0 ? (
          <Empty icon="table" title="No task has logged on it" />
        ) : (
          <div class="log" tabIndex={0} role="region" aria-label="Latest log lines">
            {lines.map((said, index) => (
              <Line key={index} said={said} />
            ))}
          </div>
        )
      }
    </Panel>
  );
}

function Line({ said: { task_id, name, at, line } }: { said: WorkerLogLine }): JSX.Element {
  return (
    <p class={`level-${line.level.toLowerCase()}`}>
      <time dateTime={at}>{clockTime(momentOf(at) ?? 0, isUtc.value)}</time> <b>{line.level}</b>{" "}
      <a href={urlOf("tasks", task_id)}>{name}</a> <span>{line.message}</span>
    </p>
  );
}
