// What can be done with one task: by button and by key, with the reason where it cannot.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { cancelTask, deleteTask, retryTask, runTaskNow } from "../../api/actions";
import type { FunctionDetail as TaskFunction, MadeDue, Task, TaskActionName } from "../../api/types";
import { Button } from "../../components/basics";
import { confirmTasks, questionOfOne } from "../../components/confirm";
import { Dialog } from "../../components/dialog";
import { changePriority } from "../../components/priority";
import { Content } from "../../components/panel";
import { agreedOf } from "../../forms/options";
import { SubmitForm } from "../../forms/submit-form";
import { hasLargeNumber } from "../../format/values";
import { useResource } from "../../live/resource";
import { navigate, param } from "../../router/location";
import { urlOf } from "../../router/route";
import { act } from "../../state/act";
import { listed } from "../../state/listed";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { toast } from "../../state/toasts";
import { callOf } from "./payload";

const OUTCOMES = {
  cancelled: "Cancelled",
  stopping: "Its worker was told to stop it",
  finished: "It had already ended",
};

async function cancel(task: Task, explanation: string): Promise<void> {
  const agreed = await confirmTasks({
    ...questionOfOne("Cancel", task.name),
    text: explanation || "This cannot be undone.",
    number: 1,
    isForGood: true,
  });
  if (agreed)
    await act(
      "Cancel",
      () => cancelTask(task.id),
      ({ outcome }) => toast("good", OUTCOMES[outcome]),
    );
}

function madeDue({ status }: MadeDue): void {
  toast("good", status === "queued" ? "It waits for a worker now" : `It is ${status}`);
}

async function remove(task: Task): Promise<void> {
  const agreed = await confirmTasks({
    ...questionOfOne("Delete", task.name),
    text: "It is forgotten with its result. This cannot be undone.",
    number: 1,
    isForGood: true,
  });
  if (agreed)
    await act(
      "Delete",
      () => deleteTask(task.id),
      () => (toast("good", `${task.name} is deleted`), navigate(listed.peek().url)),
    );
}

function submitted(id: string): void {
  toast("good", "Submitted as a new task", { action: { label: "Open it", run: () => navigate(urlOf("tasks", id)) } });
}

export function Actions({ task }: { task: Task }): JSX.Element {
  const [isEditing, setEditing] = useState(param("edit") === "1");
  const [busy, setBusy] = useState<TaskActionName | null>(null);
  const state = (name: TaskActionName) => task.actions.find(({ action }) => action === name);
  const refused = (name: TaskActionName) => {
    if (!canOperate.value) return "needs the role operator";
    const found = state(name);
    return found?.is_possible ? null : found?.explanation || "not possible now";
  };
  const run = (name: TaskActionName, body: () => Promise<unknown>) => () => {
    if (refused(name) || busy) return undefined;
    setBusy(name);
    return body().finally(() => setBusy(null));
  };
  const doCancel = run("cancel", () => cancel(task, state("cancel")?.explanation ?? ""));
  const doRetry = run("retry", () =>
    act(
      "Retry",
      () => retryTask(task.id),
      ({ id }) => submitted(id),
    ),
  );
  const doPriority = run("priority", () => changePriority(task));
  const canRunNow = state("run-now")?.is_possible;
  const doRunNow = run("run-now", () => act("Run now", () => runTaskNow(task.id), madeDue));
  const doDelete = run("delete", () => remove(task));
  const doEdit = () => refused("rerun") || setEditing(true);
  const group = "This task";
  useShortcuts([
    { keys: "c", label: "Cancel it", group, run: doCancel },
    { keys: "R", label: "Retry it", group, run: doRetry },
    { keys: "p", label: "Set its priority", group, run: doPriority },
    ...(canRunNow ? [{ keys: "n", label: "Run it now", group, run: doRunNow }] : []),
    { keys: "D", label: "Delete it", group, run: doDelete },
    { keys: "e", label: "Edit and run as new", group, run: doEdit },
  ]);
  return (
    <>
      <Button icon="ban" keys="c" refused={refused("cancel")} isBusy={busy === "cancel"} onClick={doCancel}>
        Cancel
      </Button>
      <Button icon="retry" keys="R" refused={refused("retry")} isBusy={busy === "retry"} onClick={doRetry}>
        Retry
      </Button>
      <Button icon="up" keys="p" refused={refused("priority")} isBusy={busy === "priority"} onClick={doPriority}>
        Priority…
      </Button>
      {canRunNow && (
        <Button icon="play" keys="n" refused={refused("run-now")} isBusy={busy === "run-now"} onClick={doRunNow}>
          Run now
        </Button>
      )}
      <Button icon="send" keys="e" refused={refused("rerun")} onClick={doEdit}>
        Re-run as new…
      </Button>
      <Button icon="bin" keys="D" refused={refused("delete")} isBusy={busy === "delete"} onClick={doDelete}>
        Delete
      </Button>
      {isEditing && !refused("rerun") && <Rerun task={task} onClose={() => setEditing(false)} />}
    </>
  );
}

function Rerun({ task, onClose }: { task: Task; onClose: () => void }): JSX.Element {
  const resource = useResource<TaskFunction>(`functions/${encodeURIComponent(task.name)}`);
  const known = callOf(task.arguments);
  const call = hasLargeNumber(known) ? null : known;
  return (
    <Dialog title={`Run ${task.name} again, edited`} onClose={onClose} class="wide">
      {!call && (
        <p class="muted">
          The arguments, or numbers among them, are too large to be edited here: the form begins empty.
        </p>
      )}
      <Content resource={resource}>
        {(of: TaskFunction) => (
          <SubmitForm
            of={of}
            origin={task.id}
            before={{
              args: call?.args ?? [],
              kwargs: call?.kwargs ?? {},
              options: { priority: task.priority, tags: task.tags, ...agreedOf(task, of) },
            }}
            onSubmitted={({ id }) => (onClose(), submitted(id))}
          />
        )}
      </Content>
    </Dialog>
  );
}
