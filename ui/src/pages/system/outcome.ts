// What became of a bulk action, told where one is when it ends.
import { request } from "../../api/http";
import { ApiError } from "../../api/problem";
import type { Operation, OperationsEvent } from "../../api/types";
import { count, plural } from "../../format/numbers";
import { subscribe } from "../../live/live";
import { navigate } from "../../router/location";
import { urlOf } from "../../router/route";
import { closeToast, toast } from "../../state/toasts";

/** Wait for the end of an operation; null when nobody knows of it any more. */
export function endOf(id: string): Promise<Operation | null> {
  return new Promise((resolve) => {
    const finish = (operation: Operation | null) => (leave(), resolve(operation));
    const take = (operation: Operation | null | undefined) => operation?.finished_at && finish(operation);
    const ask = async () => {
      try {
        take((await request<Operation>(`operations/${encodeURIComponent(id)}`)).body);
      } catch (error) {
        // Who is only away for a while has everything asked again when it is back.
        if (error instanceof ApiError && error.status < 500) finish(null);
      }
    };
    const leave = subscribe({
      topics: ["operations"],
      onEvent: ({ data }) => take((data as OperationsEvent).changed.find((one) => one.id === id)),
      onReset: () => void ask(),
    });
    void ask(); // it may have ended before anybody listened
  });
}

/** Return what became of the tasks, e.g. "Deleted 198 of 200 tasks; 2 refused". */
export function outcomeOf({ state, total, done, succeeded, refused }: Operation, past: string, rest = ""): string {
  const tasks = succeeded === total ? plural(total, "task") : `${count(succeeded)} of ${plural(total, "task")}`;
  const parts = [`${past} ${tasks}${rest}`];
  if (refused > 0) parts.push(`${count(refused)} refused`);
  if (done < total) parts.push(`${state === "failed" ? "failed" : "stopped"} after ${count(done)}`);
  return parts.join("; ");
}

/** Say that an operation has begun, then how it has ended. */
export async function tellOutcome(begun: Operation, words: { now: string; past: string; rest?: string }): Promise<void> {
  const { now, past, rest = "" } = words;
  const beginning = toast("going", `${now} ${plural(begun.total, "task")}${rest}…`);
  const operation = await endOf(begun.id);
  closeToast(beginning);
  if (!operation) return;
  const isWhole = operation.succeeded === operation.total;
  toast(isWhole ? "good" : "bad", outcomeOf(operation, past, rest), {
    action: { label: "Operations", run: () => navigate(urlOf("system", "", { tab: "operations" })) },
  });
}
