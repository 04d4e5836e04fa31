// Emptying a queue: counted first, and done only when its name was typed.
import type { JSX } from "preact";
import { countPurge, startPurge } from "../../api/actions";
import type { Queue } from "../../api/types";
import { Button } from "../../components/basics";
import { confirm } from "../../components/confirm";
import { plural } from "../../format/numbers";
import { act } from "../../state/act";
import { canOperate } from "../../state/session";
import { toast } from "../../state/toasts";
import { tellOutcome } from "../system/outcome";

async function purge({ priority, pause }: Queue, done: () => void): Promise<void> {
  const counted = await act("Purge", () => countPurge(priority));
  if (!counted) return;
  if (counted.possible === 0) return void toast("good", `Nothing waits in ${priority}`);
  const flowing = pause ? "" : " The queue is not paused: if it moves meanwhile, nothing is done.";
  const agreed = await confirm({
    title: `Cancel all ${plural(counted.possible, "task")} that wait in ${priority}?`,
    text: `Those that run go on, and scheduled ones stay. This cannot be undone.${flowing}`,
    verb: `Cancel ${plural(counted.possible, "task")}`,
    isDangerous: true,
    typed: priority,
  });
  if (!agreed) return;
  const operation = await act("Purge", () => startPurge(priority, counted.possible));
  if (operation) void tellOutcome(operation, { now: "Cancelling", past: "Cancelled", rest: ` of ${priority}` });
  done();
}

export function PurgeButton({ queue, done }: { queue: Queue; done: () => void }): JSX.Element {
  const refused = !canOperate.value ? "needs the role operator" : queue.depth === 0 ? "nothing waits here" : null;
  return (
    <Button icon="ban" refused={refused} onClick={() => void purge(queue, done)} title="Cancel all that waits here">
      Purge…
    </Button>
  );
}
