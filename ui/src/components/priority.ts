// Asking which priority tasks are to have, and giving it to one.
import { setPriority } from "../api/actions";
import type { Task, TaskPriority } from "../api/types";
import { act } from "../state/act";
import { tellWithUndo } from "../state/undo";
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

/** Ask for another priority of one task, and set it, with a way back. True when it was set. */
export async function changePriority(task: Pick<Task, "id" | "name" | "priority">): Promise<boolean> {
  const { id, name, priority: has } = task;
  const priority = await choosePriority(`Set the priority of ${name}`, "Set the priority", has);
  if (!priority) return false;
  const set = await act(
    "Set the priority",
    () => setPriority(id, priority),
    ({ before }) =>
      tellWithUndo(`Its priority is ${priority}`, {
        call: () => setPriority(id, before),
        but: `Taken back, it goes behind those that have ${before} already.`,
      }),
  );
  return set !== undefined;
}
