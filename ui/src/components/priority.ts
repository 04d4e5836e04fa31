// Asking which priority tasks are to have.
import type { TaskPriority } from "../api/types";
import { confirm } from "./confirm";
import { PRIORITIES } from "./status";

/** Return the next priority above one; below the highest, there is only down. */
export function nextUp(priority: TaskPriority): TaskPriority {
  const at = PRIORITIES.indexOf(priority);
  return PRIORITIES[at > 0 ? at - 1 : 1] ?? priority;
}

/** Return the priority that somebody chose, or null. One that is given is what the tasks have: it is no choice. */
export async function choosePriority(title: string, verb: string, has?: TaskPriority): Promise<TaskPriority | null> {
  const answers = await confirm({
    title,
    verb,
    text: "Only tasks that wait can get another priority. They go behind those that have it already.",
    fields: [
      {
        name: "priority",
        label: "Priority",
        choices: PRIORITIES.filter((one) => one !== has),
        first: nextUp(has ?? "normal"),
      },
    ],
  });
  return (answers?.priority as TaskPriority | undefined) ?? null;
}
