// What a person is asked before something is wanted of a worker.
import type { Worker } from "../../api/types";
import type { Question } from "../../components/confirm";
import { plural } from "../../format/numbers";

const LONGEST_GRACE_SECONDS = 86_400;
const MOST_SLOTS = 10_000;

export function drainQuestion({ id, running }: Worker): Question {
  return {
    title: `Drain ${id}?`,
    verb: "Drain the worker",
    isDangerous: true,
    text: `It takes no more tasks, finishes the ${plural(running, "task")} that it runs within its --drain-timeout, and leaves. Until it has left, it can be resumed; after that, it does not come back by itself.`,
  };
}

export function shutDownQuestion(worker: Worker): Question {
  const { id } = worker;
  return {
    title: `Shut down ${id}?`,
    verb: "Shut it down",
    isDangerous: true,
    typed: id,
    text: `It takes no more tasks, and its process ends. ${whatRuns(worker)} This cannot be undone once the process has ended.`,
    fields: [
      {
        name: "grace",
        label: "Seconds for what runs",
        hint: "They count from now on, also if it drains already. 0 is at once.",
        kind: "number",
        schema: { minimum: 0, maximum: LONGEST_GRACE_SECONDS },
        first: "30",
      },
    ],
  };
}

function whatRuns({ running, state }: Worker): string {
  if (!running) return "It runs nothing now.";
  const limit = state === "leaving" ? " Its process was told to end: it waits no longer than its --drain-timeout." : "";
  return `The ${plural(running, "task")} that it runs now: what has not ended in that time is lost, and runs again only if it has retries left.${limit}`;
}

export function resizeQuestion({ id, slots }: Worker): Question {
  return {
    title: `Resize ${id}?`,
    verb: "Resize it",
    text: `It runs ${plural(slots, "task")} at once now. With fewer slots nothing that runs is ended: it takes nothing new until it is below. It lasts for as long as the process of this worker lives; its setting (--concurrency) stays.`,
    fields: [
      {
        name: "slots",
        label: "Slots",
        hint: "From 1 up to --max-slots of the control plane.",
        kind: "integer",
        schema: { minimum: 1, maximum: MOST_SLOTS },
      },
    ],
  };
}
