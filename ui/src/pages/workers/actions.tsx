// What can be wanted of a worker: another number of slots, to leave, to leave in time, to stay after all.
import type { JSX } from "preact";
import { drainWorker, resizeWorker, resumeWorker, shutDownWorker } from "../../api/actions";
import type { Worker } from "../../api/types";
import { Button } from "../../components/basics";
import { confirm } from "../../components/confirm";
import type { IconName } from "../../components/icons";
import { plural } from "../../format/numbers";
import { act } from "../../state/act";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { toast } from "../../state/toasts";

type Done = () => void;

const DRAIN_SECONDS = "30";

interface Action {
  name: string;
  key: string;
  icon: IconName;
  /** Why it cannot be done to this worker now; null when it can. */
  refusal: (worker: Worker) => string | null;
  run: (worker: Worker, done: Done) => Promise<void>;
}

function isOwn({ kind }: Worker): string | null {
  return kind === "control-plane" ? "this is the control plane itself" : null;
}

async function drain(worker: Worker, done: Done): Promise<void> {
  const agreed = await confirm({
    title: `Drain ${worker.id}?`,
    verb: "Drain the worker",
    isDangerous: true,
    text: `It takes no more tasks, finishes the ${plural(worker.running, "task")} that it runs within its --drain-timeout, and leaves. Until it has left, it can be resumed; after that, it does not come back by itself.`,
  });
  if (agreed)
    await act(
      "Drain",
      () => drainWorker(worker.id),
      () => (toast("good", `${worker.id} drains`), done()),
    );
}

function secondsIn(text: string | undefined): number | null {
  const seconds = Number((text || DRAIN_SECONDS).trim());
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

async function shutDown(worker: Worker, done: Done): Promise<void> {
  const runs = worker.running
    ? `The ${plural(worker.running, "task")} that it runs now: what has not ended in that time is lost, and runs again only if it has retries left.`
    : "It runs nothing now.";
  const answers = await confirm({
    title: `Shut down ${worker.id}?`,
    verb: "Shut it down",
    isDangerous: true,
    typed: worker.id,
    text: `It takes no more tasks, and its process ends. ${runs} This cannot be undone once the process has ended.`,
    fields: [
      { name: "seconds", label: "Seconds for what runs", hint: `Without a number: ${DRAIN_SECONDS}. 0 is at once.`, type: "number" },
    ],
  });
  if (!answers) return;
  const seconds = secondsIn(answers.seconds);
  if (seconds === null) return void toast("bad", "Not shut down", { detail: "The seconds are a number, 0 or more." });
  await act(
    "Shutdown",
    () => shutDownWorker(worker.id, seconds),
    () => (toast("good", `${worker.id} leaves within ${seconds} s`), done()),
  );
}

async function resume(worker: Worker, done: Done): Promise<void> {
  await act(
    "Resume",
    () => resumeWorker(worker.id),
    () => (toast("good", `${worker.id} is asked to stay`), done()),
  );
}

async function resize(worker: Worker, done: Done): Promise<void> {
  const answers = await confirm({
    title: `Resize ${worker.id}?`,
    verb: "Resize it",
    text: `It runs ${plural(worker.slots, "task")} at once now. With fewer slots nothing that runs is ended: it takes nothing new until it is below. It lasts for as long as the process of this worker lives; its setting (--concurrency) stays.`,
    fields: [{ name: "slots", label: "Slots", hint: "From 1 up to --max-slots of the control plane.", type: "number" }],
  });
  if (!answers) return;
  const slots = Number((answers.slots ?? "").trim());
  if (!Number.isInteger(slots) || slots < 1)
    return void toast("bad", "Not resized", { detail: "The slots are a whole number, 1 or more." });
  await act(
    "Resize",
    () => resizeWorker(worker.id, slots),
    () => (toast("good", `${worker.id} is to run ${slots} at once`), done()),
  );
}

const DRAIN: Action = {
  name: "Drain",
  key: "d",
  icon: "drain",
  refusal: (worker) => isOwn(worker) ?? (worker.state === "active" ? null : "it drains already"),
  run: drain,
};
const RESUME: Action = {
  name: "Resume",
  key: "u",
  icon: "play",
  refusal: ({ state }) =>
    state === "draining"
      ? null
      : state === "leaving"
        ? "its own process was told to end"
        : state === "resuming"
          ? "it is asked already"
          : "it works",
  run: resume,
};
const RESIZE: Action = {
  name: "Resize…",
  key: "z",
  icon: "columns",
  refusal: ({ state }) => (state === "active" ? null : "it drains: it takes nothing more"),
  run: resize,
};
const SHUT_DOWN: Action = { name: "Shut down…", key: "S", icon: "ban", refusal: isOwn, run: shutDown };

function refused(action: Action, worker: Worker): string | null {
  return canOperate.value ? action.refusal(worker) : "needs the role operator";
}

function ActionButton({ action, worker, done }: { action: Action; worker: Worker; done: Done }): JSX.Element {
  return (
    <Button icon={action.icon} refused={refused(action, worker)} onClick={() => void action.run(worker, done)}>
      {action.name}
      <span class="offscreen"> {worker.id}</span>
    </Button>
  );
}

/** In a row: drain, or take that back. */
export function RowAction({ worker, done }: { worker: Worker; done: Done }): JSX.Element {
  return <ActionButton action={worker.state === "draining" ? RESUME : DRAIN} worker={worker} done={done} />;
}

export function WorkerActions({ worker, done }: { worker: Worker; done: Done }): JSX.Element {
  return (
    <>
      {[RESIZE, worker.state === "active" ? DRAIN : RESUME, SHUT_DOWN].map((action) => (
        <ActionButton key={action.name} action={action} worker={worker} done={done} />
      ))}
    </>
  );
}

export function useWorkerKeys(worker: Worker | null | undefined, done: Done): void {
  useShortcuts(
    [DRAIN, RESUME, RESIZE, SHUT_DOWN].map((action) => ({
      keys: action.key,
      label: `${action.name.replace("…", "")} the worker`,
      group: "Workers",
      run: () => {
        if (worker && !refused(action, worker)) void action.run(worker, done);
      },
    })),
  );
}
