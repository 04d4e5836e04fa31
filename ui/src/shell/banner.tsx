// What stands above every page: the control plane is away, was updated, drains, is read-only, holds something back.
import type { ComponentChildren, JSX } from "preact";
import { Button } from "../components/basics";
import { Icon, type IconName } from "../components/icons";
import { clockTime } from "../format/times";
import { duration } from "../format/numbers";
import { firstVersion, hello, link } from "../live/live";
import { isUtc, now } from "../state/clock";
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

export function Banner(): JSX.Element {
  const overview = useOverview();
  const state = link.value;
  const down = state.state === "reconnecting" && now.value - state.since > GRACE_MILLISECONDS ? state : null;
  const isOther = hello.value !== null && firstVersion.value !== null && hello.value.version !== firstVersion.value;
  const paused = overview.data?.attention.filter(({ kind }) => kind === "paused") ?? [];
  return (
    <div class="banners">
      {down && (
        <Row tone="bad" icon="unplug">
          The control plane is unreachable since {clockTime(down.since, isUtc.value)}.
          {overview.asOf && ` What you see is ${duration(Math.round((now.value - overview.asOf) / 1000))} old.`}
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
