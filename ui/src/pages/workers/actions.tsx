// What can be wanted of a worker: another number of slots, to leave, to leave in time, to stay after all.
import type { JSX } from "preact";
import { drainWorker, resizeWorker, resumeWorker, shutDownWorker } from "../../api/actions";
import type { Worker } from "../../api/types";
import { Button } from "../../components/basics";
import { confirm, type Question } from "../../components/confirm";
import type { IconName } from "../../components/icons";
import type { Answers } from "../../components/question-field";
import { act } from "../../state/act";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { toast } from "../../state/toasts";
import { tellWithUndo } from "../../state/undo";
import { drainQuestion, resizeQuestion, shutDownQuestion } from "./questions";

type Done = () => void;

interface Action {
  name: string;
  key: string;
  icon: IconName;
  /** Why it cannot be done to this worker now; null when it can. */
  refusal: (worker: Worker) => string | null;
  /** What is asked before; without this, nothing is. */
  question?: (worker: Worker) => Question;
  send: (id: string, answers: Answers) => Promise<unknown>;
  /** What is said when it was taken. */
  said: (id: string, answers: Answers) => string;
  /** What makes the worker again what it was; without this, there is no way back. */
  undo?: (before: Worker) => Promise<unknown>;
  /** What does not come back with it. */
  but?: string;
}

const RESIZE: Action = {
  name: "Resize…",
  key: "z",
  icon: "columns",
  refusal: ({ state }) => (state === "active" ? null : "it drains: it takes nothing more"),
  question: resizeQuestion,
  send: (id, { slots }) => resizeWorker(id, Number(slots)),
  said: (id, { slots }) => `${id} is to run ${slots} at once`,
  undo: ({ id, slots, ordered_slots }) => resizeWorker(id, ordered_slots ?? slots),
};
const DRAIN: Action = {
  name: "Drain",
  key: "d",
  icon: "drain",
  refusal: (worker) => ownRefusal(worker) ?? (worker.state === "active" ? null : "it drains already"),
  question: drainQuestion,
  send: drainWorker,
  said: (id) => `${id} drains`,
  undo: ({ id }) => resumeWorker(id),
  but: "It can be taken back until the worker has left.",
};
const WHY_NOT_RESUMED: Record<Worker["state"], string | null> = {
  active: "it works",
  draining: null,
  resuming: "it is asked already",
  leaving: "its own process was told to end",
};
const RESUME: Action = {
  name: "Resume",
  key: "u",
  icon: "play",
  refusal: ({ state }) => WHY_NOT_RESUMED[state],
  send: resumeWorker,
  said: (id) => `${id} is asked to stay`,
};
const SHUT_DOWN: Action = {
  name: "Shut down…",
  key: "S",
  icon: "ban",
  refusal: ownRefusal,
  question: shutDownQuestion,
  send: (id, { grace }) => shutDownWorker(id, Number(grace)),
  said: (id, { grace }) => `${id} leaves within ${grace} s`,
};

export const WORKER_ACTIONS = { resize: RESIZE, drain: DRAIN, resume: RESUME, shutDown: SHUT_DOWN };

function ownRefusal({ kind }: Worker): string | null {
  return kind === "control-plane" ? "this is the control plane itself" : null;
}

function refused(action: Action, worker: Worker): string | null {
  return canOperate.value ? action.refusal(worker) : "needs the role operator";
}

function label({ name }: Action): string {
  return name.replace("…", "");
}

async function run(action: Action, worker: Worker, done: Done): Promise<void> {
  const answers = action.question ? await confirm(action.question(worker)) : {};
  if (!answers) return;
  await act(
    label(action),
    () => action.send(worker.id, answers),
    () => (tellWorker(action, worker, answers, done), done()),
  );
}

/** Say what was done to a worker, with its way back if there is one. */
export function tellWorker({ said, undo, but }: Action, worker: Worker, answers: Answers, done: Done): void {
  const text = said(worker.id, answers);
  if (undo) tellWithUndo(text, { call: () => undo(worker), done, ...(but ? { but } : {}) });
  else toast("good", text);
}

interface OfWorker {
  worker: Worker;
  done: Done;
}

function ActionButton({ action, worker, done }: OfWorker & { action: Action }): JSX.Element {
  return (
    <Button icon={action.icon} refused={refused(action, worker)} onClick={() => run(action, worker, done)}>
      {action.name}
      <span class="offscreen"> {worker.id}</span>
    </Button>
  );
}

/** Drain, or take that back: one button, which keeps the focus when it becomes the other. */
export function DrainOrResume(props: OfWorker): JSX.Element {
  return <ActionButton action={props.worker.state === "active" ? DRAIN : RESUME} {...props} />;
}

export function WorkerActions(props: OfWorker): JSX.Element {
  return (
    <>
      <ActionButton action={RESIZE} {...props} />
      <DrainOrResume {...props} />
      <ActionButton action={SHUT_DOWN} {...props} />
    </>
  );
}

export function useWorkerKeys(worker: Worker | null | undefined, done: Done): void {
  useShortcuts(
    Object.values(WORKER_ACTIONS).map((action) => ({
      keys: action.key,
      label: `${label(action)} the worker`,
      group: "Workers",
      run: () => {
        if (worker && !refused(action, worker)) void run(action, worker, done);
      },
    })),
  );
}
