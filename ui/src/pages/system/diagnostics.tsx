// All that the API tells of the control plane in one file, for whoever is asked to help.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { request } from "../../api/http";
import { explain } from "../../api/problem";
import { Button } from "../../components/basics";
import { pretty } from "../../format/values";
import { canAdminister } from "../../state/session";
import { toast } from "../../state/toasts";

const FOR_ALL = [
  "system",
  "overview",
  "queues",
  "workers?limit=200",
  "worker-moves?limit=200",
  "functions?limit=200",
  "errors?limit=200",
  "operations?limit=100",
  "metrics/series?range=15m",
] as const;
const FOR_ADMINS = ["config", "audit?limit=200"] as const;

/** Ask for everything, one after the other; what cannot be had is told by its error. */
export async function collect(isAdmin: boolean): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const path of [...FOR_ALL, ...(isAdmin ? FOR_ADMINS : [])]) {
    found[path.replace(/\?.*/, "")] = await request(path).then(
      ({ body }) => body,
      (error) => ({ error: explain(error) }),
    );
  }
  return found;
}

/** Have the browser save a text. */
function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

export function DiagnosticsButton(): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    save(pretty(await collect(canAdminister.peek())), "fastworker-diagnostics.json");
    setBusy(false);
    toast("good", "The diagnostics are saved", { detail: "They name functions, workers, errors and people: look first." });
  };
  return (
    <Button icon="download" isBusy={isBusy} onClick={() => void run()}>
      Diagnostics
    </Button>
  );
}
