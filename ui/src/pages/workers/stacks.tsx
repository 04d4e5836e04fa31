// Where the running tasks of a worker are at this moment. A worker is asked about a task once that is opened.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { TaskSummary } from "../../api/types";
import { shortId } from "../../format/values";
import { Stack } from "../task/stack";

export function Stacks({ tasks }: { tasks: readonly TaskSummary[] }): JSX.Element {
  return (
    <>
      {tasks.map((task) => (
        <One key={task.id} task={task} />
      ))}
    </>
  );
}

function One({ task }: { task: TaskSummary }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Stack of {task.name} <code title={task.id}>{shortId(task.id)}</code>
      </summary>
      {isOpen && <Stack task={task} />}
    </details>
  );
}
