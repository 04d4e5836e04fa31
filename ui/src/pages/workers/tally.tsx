// What a worker has done since it joined, and how long that is.
import type { JSX } from "preact";
import type { Worker } from "../../api/types";
import { count, duration, rate } from "../../format/numbers";
import { fullTime, momentOf } from "../../format/times";
import { isUtc, now } from "../../state/clock";

function secondsUp({ joined_at }: Worker): number {
  return Math.max(0, now.value - (momentOf(joined_at) ?? now.value)) / 1000;
}

/** How long it has been here. */
export function Up({ worker }: { worker: Worker }): JSX.Element {
  return (
    <time dateTime={worker.joined_at} title={`Joined ${fullTime(momentOf(worker.joined_at) ?? 0, isUtc.value)}`}>
      {duration(Math.round(secondsUp(worker)))}
    </time>
  );
}

/** A number, and how many that are per second since the worker joined. */
function Mean({ worker, of }: { worker: Worker; of: number }): JSX.Element {
  const seconds = secondsUp(worker);
  return (
    <span title="The mean since it joined">
      {count(of)} {of > 0 && seconds >= 1 && <small>{rate(of / seconds)}</small>}
    </span>
  );
}

export function Finished({ worker }: { worker: Worker }): JSX.Element {
  return <Mean worker={worker} of={worker.finished} />;
}

/** Attempts that failed, those that were tried again among them. */
export function Failed({ worker }: { worker: Worker }): JSX.Element {
  return (
    <span class={worker.failed ? "bad-text" : "muted"}>
      <Mean worker={worker} of={worker.failed} />
    </span>
  );
}
