// What stays on the screen while no news of it come: dimmed, with the time of which it is, and with what went wrong.
import type { ComponentChildren, JSX } from "preact";
import { explain, isOfCursor, mayPass, Unreachable } from "../api/problem";
import { clockTime } from "../format/times";
import { isDown } from "../live/live";
import type { Resource } from "../live/resource";
import { turnTo } from "../router/location";
import { isUtc } from "../state/clock";
import { Button } from "./basics";
import { Boundary } from "./boundary";
import { Icon } from "./icons";

export function Failure({ error, retry }: { error: unknown; retry?: () => void }): JSX.Element {
  const { title, detail } = explain(error);
  return (
    <div class="fault-box">
      <Icon name="warn" />
      <div>
        <p class="empty-title">{title}</p>
        <p>{detail}</p>
      </div>
      {isOfCursor(error) ? (
        <FirstPage />
      ) : (
        retry && (
          <Button icon="retry" onClick={retry}>
            Try again
          </Button>
        )
      )}
    </div>
  );
}

export function FirstPage(): JSX.Element {
  return (
    <Button icon="left" onClick={() => turnTo("")}>
      First page
    </Button>
  );
}

type Of = Pick<Resource<unknown>, "data" | "error" | "isStale" | "asOf" | "refresh">;

export function AsOf({ of: { isStale, asOf } }: { of: Of }): JSX.Element | null {
  return isStale && asOf ? <span class="as-of">as of {clockTime(asOf, isUtc.value)}</span> : null;
}

/** What went wrong with what is shown; that nobody answers at all is said once, above the page. */
export function WentWrong({ of: { data, error, refresh } }: { of: Of }): JSX.Element | null {
  if (data === null || !error || (isDown.value && error instanceof Unreachable)) return null;
  return <Failure error={error} retry={refresh} />;
}

interface KeptProps {
  of: Of;
  class?: string;
  /** It shows nothing by itself while there is no data: then a fault that may pass is said here. */
  isOptional?: boolean;
  children: ComponentChildren;
}

/** A part of a page that is no panel. */
export function Kept({ of, class: extra = "", isOptional = false, children }: KeptProps): JSX.Element {
  const isMissing = isOptional && of.data === null && of.error && mayPass(of.error);
  return (
    <div class={`kept ${extra} ${of.isStale ? "stale" : ""}`}>
      <AsOf of={of} />
      {isMissing ? <Failure error={of.error} retry={of.refresh} /> : <WentWrong of={of} />}
      <div class="kept-body">
        <Boundary>{children}</Boundary>
      </div>
    </div>
  );
}
