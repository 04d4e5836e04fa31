// Where a running task is at this moment, as its worker says. What was told stays when the task has ended.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { request } from "../../api/http";
import { explain } from "../../api/problem";
import type { TaskStack, TaskSummary } from "../../api/types";
import { Ago, Badge, Button } from "../../components/basics";
import { duration } from "../../format/numbers";
import { noteRefusal } from "../../state/session";
import { Traceback } from "./traceback";

export function Stack({ task }: { task: Pick<TaskSummary, "id" | "status" | "attempts"> }): JSX.Element {
  const [told, setTold] = useState<TaskStack | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setAsking] = useState(false);
  const isRunning = task.status === "running";
  const ask = async () => {
    setAsking(true);
    try {
      setTold((await request<TaskStack>(`tasks/${encodeURIComponent(task.id)}/stack`)).body);
      setError(null);
    } catch (failure) {
      noteRefusal(failure);
      setError(failure);
    }
    setAsking(false);
  };
  useEffect(() => {
    if (isRunning) void ask();
  }, [task.id, task.attempts]);
  const isOld = told !== null && (!isRunning || told.attempt !== task.attempts);
  return (
    <>
      <p class="stack-head">
        <Button
          icon="retry"
          isBusy={isAsking}
          refused={isRunning ? null : "it does not run now"}
          onClick={() => void ask()}
        >
          Look again
        </Button>
        {told && (
          <span>
            Attempt {told.attempt} on {told.worker_id}, after {duration(told.run_seconds)}, <Ago at={told.as_of} />
          </span>
        )}
        {isOld && <Badge tone="warn">of before: it does not run so any more</Badge>}
        {told?.is_stuck && <Badge tone="bad">given up, and goes on nevertheless</Badge>}
      </p>
      {error !== null && <p class="note">{explain(error).detail || explain(error).title}</p>}
      {told?.stack && <Traceback text={told.stack} label="stack" />}
      {told && !told.stack && <p class="muted">Its worker knows no stack of it.</p>}
      {!told && !isRunning && <p class="muted">Only a task that runs has a stack.</p>}
    </>
  );
}
