// What stands above every page: the control plane is away, was updated, drains, is read-only, holds something back.
import type { ComponentChildren, JSX } from "preact";
import { Unreachable } from "../api/problem";
import type { Overview } from "../api/types";
import { Button } from "../components/basics";
import { Icon, type IconName } from "../components/icons";
import { clockTime } from "../format/times";
import { duration } from "../format/numbers";
import { firstVersion, hello, link, restartedAt } from "../live/live";
import type { Link } from "../live/protocol";
import type { Resource } from "../live/resource";
import { isUtc, localNow, now } from "../state/clock";
import { session } from "../state/session";
import { useOverview } from "./overview-data";

function Row({ tone, icon, children }: { tone: string; icon: IconName; children: ComponentChildren }): JSX.Element {
  return (
    <div class={`banner ${tone}`}>
      <Icon name={icon} />
      <p>{children}</p>
    </div>
  );
}

const GRACE_MILLISECONDS = 1_500; // a short break is not worth a banner

/** Since when nobody answers, in milliseconds of this clock; null when somebody does, or it is too short to say. */
function goneSince(overview: Resource<Overview>, state: Link): number | null {
  if (state.state === "reconnecting") return localNow() - state.since > GRACE_MILLISECONDS ? state.since : null;
  return overview.error instanceof Unreachable ? overview.asOf : null;
}

function retrying(state: Link): string {
  if (state.state !== "reconnecting") return "";
  const seconds = Math.ceil((state.retryAt - localNow()) / 1000);
  return seconds > 0 ? ` Asking again in ${seconds} s.` : " Asking again.";
}

export function Banner(): JSX.Element {
  const overview = useOverview();
  const since = goneSince(overview, link.value);
  const isOther = hello.value !== null && firstVersion.value !== null && hello.value.version !== firstVersion.value;
  const paused = overview.data?.attention.filter(({ kind }) => kind === "paused") ?? [];
  return (
    <div class="banners">
      {since !== null && (
        <Row tone="bad" icon="unplug">
          The control plane is unreachable since {clockTime(since, isUtc.value)}.{retrying(link.value)}
          {overview.asOf && ` What you see is ${duration(Math.round((now.value - overview.asOf) / 1000))} old.`}
        </Row>
      )}
      {restartedAt.value !== null && (
        <Row tone="warn" icon="retry">
          The control plane restarted; this page noticed at {clockTime(restartedAt.value, isUtc.value)}. What it kept only
          in memory is gone.{" "}
          <Button onClick={() => (restartedAt.value = null)}>Understood</Button>
        </Row>
      )}
      {isOther && (
        <Row tone="accent" icon="retry">
          The control plane now runs version {hello.value?.version}.{" "}
          <Button onClick={() => window.location.reload()}>Reload the page</Button>
        </Row>
      )}
      {overview.data?.is_draining && (
        <Row tone="warn" icon="drain">
          The control plane is stopping: it takes no more tasks.
        </Row>
      )}
      {session.value?.is_read_only && (
        <Row tone="neutral" icon="ban">
          Read-only: you can look at everything and change nothing.
        </Row>
      )}
      {paused.length > 0 && (
        <Row tone="warn" icon="pause">
          {paused.map(({ message }) => message).join(" · ")}
        </Row>
      )}
    </div>
  );
}
