// Where a submission in other words is to arrive: this control plane.
import { useSystem } from "../pages/system/data";
import { session } from "../state/session";
import type { Target } from "./commands";

/** Return how this control plane is reached by clients, and with curl. */
export function useTarget(module: string | null): Target {
  const address = useSystem().data?.client_address ?? null;
  const method = session.value?.method;
  return { address, needsToken: method === "token" || method === "session", module };
}
