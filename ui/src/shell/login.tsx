// The login: a token, or the one-time word of the URL that the control plane printed at its start.
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { logIn } from "../api/actions";
import { explain } from "../api/problem";
import { Button } from "../components/basics";
import { Icon } from "../components/icons";
import { resetAll } from "../live/live";
import { BASE, navigate } from "../router/location";
import { announce } from "../state/announcer";
import { isLockedOut, loadSession } from "../state/session";

/** Take the one-time word out of `login#once=…`, so that it does not stay in the history, and leave that place. */
export function takeOnce(): string | null {
  const once = new URLSearchParams(window.location.hash.slice(1)).get("once");
  if (once || window.location.pathname === `${BASE}login`) navigate("./", { replace: true });
  return once;
}

export async function enter(proof: { token: string } | { once: string }): Promise<void> {
  await logIn(proof);
  await loadSession();
  resetAll();
}

export function Login(): JSX.Element {
  const [token, setToken] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => document.getElementById("token")?.focus(), []);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    enter({ token: token.trim() })
      .then(() => (isLockedOut.value = false))
      .catch((error: unknown) => {
        const { title, detail } = explain(error);
        setFault(detail || title);
        announce(detail || title);
      })
      .finally(() => setBusy(false));
  };
  return (
    <main class="login" id="main" tabIndex={-1}>
      <form onSubmit={onSubmit} class="panel">
        <h1>
          <Icon name="bolt" /> FastWorker
        </h1>
        <p>
          This control plane asks for a token. It is in its settings; the URL that it printed at its start logs in, too.
        </p>
        <label class="field">
          <span>Token</span>
          <input
            id="token"
            type="password"
            autocomplete="current-password"
            value={token}
            required
            aria-invalid={fault ? "true" : undefined}
            aria-describedby={fault ? "fault" : undefined}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        {fault && (
          <p id="fault" class="fault">
            {fault}
          </p>
        )}
        <Button type="submit" kind="primary" isBusy={isBusy} onClick={() => undefined}>
          Log in
        </Button>
      </form>
    </main>
  );
}
