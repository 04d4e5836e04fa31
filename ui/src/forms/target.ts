// Where a submission in other words is to arrive: this control plane.
import { useSystem } from "../pages/system/data";
import { session } from "../state/session";
import type { Target } from "./commands";

/** On its own machine: `localhost` may first mean an address of the other family, where nobody listens. */
const LOOPBACK: Record<string, string> = { "0.0.0.0": "127.0.0.1", "[::]": "[::1]" };

/** Return an address as it can be dialed by who sees the page at `host`: a wildcard is no place to go to. */
export function reachable(address: string, host: string): string {
  const [, scheme = "", wildcard = "", port = ""] = /^(tcp:\/\/)(0\.0\.0\.0|\[::\])(:\d+)$/.exec(address) ?? [];
  return wildcard ? scheme + (host === "localhost" ? LOOPBACK[wildcard] : host) + port : address;
}

/** Return where clients and subworkers reach this control plane; null while it has not told. */
export function useClientAddress(): string | null {
  const address = useSystem().data?.client_address;
  return address ? reachable(address, location.hostname) : null;
}

/** Return how this control plane is reached by clients, and with curl. */
export function useTarget(module: string | null): Target {
  const method = session.value?.method;
  return { address: useClientAddress(), needsToken: method === "token" || method === "session", module };
}
