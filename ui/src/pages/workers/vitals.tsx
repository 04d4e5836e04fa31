// What a worker says of its own process with each beat, what it is called, and of what code it is.
import type { JSX } from "preact";
import type { Worker } from "../../api/types";
import { Badge, Fact } from "../../components/basics";
import { bytes, duration, NOTHING, plural, share } from "../../format/numbers";

/** A worker whose tasks wait for so long on each other is in trouble: as on the Overview. */
const SLOW_LOOP_SECONDS = 0.5;

export function Processor({ worker: { vitals } }: { worker: Worker }): JSX.Element {
  return <span title="Of one processor, since the beat before">{share(vitals.processor_share)}</span>;
}

export function Memory({ worker: { vitals } }: { worker: Worker }): JSX.Element {
  return <span title="Held by the process, without its child processes">{bytes(vitals.memory_bytes)}</span>;
}

export function Lag({ worker: { vitals } }: { worker: Worker }): JSX.Element {
  const lag = vitals.loop_lag_seconds;
  return (
    <span
      class={lag !== null && lag >= SLOW_LOOP_SECONDS ? "bad-text" : ""}
      title="How late the event loop of its tasks came to something since the beat before, at most"
    >
      {duration(lag)}
    </span>
  );
}

export function RoundTrip({ worker: { vitals } }: { worker: Worker }): JSX.Element {
  return <span title="From a beat to its answer">{duration(vitals.round_trip_seconds)}</span>;
}

export function Labels({ worker: { labels } }: { worker: Worker }): JSX.Element {
  return (
    <>
      {Object.entries(labels).map(([key, value]) => (
        <span key={key}>
          <Badge>
            {key}={value}
          </Badge>{" "}
        </span>
      ))}
    </>
  );
}

/** Functions of which another worker has other code: after a deploy, one of both was not started again. */
export function OtherCode({ worker: { differing_functions: names } }: { worker: Worker }): JSX.Element | null {
  if (names.length === 0) return null;
  return (
    <Badge
      tone="warn"
      icon="warn"
      title={`Another worker has another source file for ${names.join(", ")}: which one runs a task is chance`}
    >
      other code of {plural(names.length, "function")}
    </Badge>
  );
}

export function VitalFacts({ worker }: { worker: Worker }): JSX.Element {
  return (
    <>
      <Fact name="Processor">
        <Processor worker={worker} />
      </Fact>
      <Fact name="Memory">
        <Memory worker={worker} />
      </Fact>
      <Fact name="Loop lag">
        <Lag worker={worker} />
      </Fact>
      <Fact name="Round trip">
        <RoundTrip worker={worker} />
      </Fact>
      <Fact name="Labels">
        {Object.keys(worker.labels).length === 0 ? <span class="muted">{NOTHING}</span> : <Labels worker={worker} />}
      </Fact>
    </>
  );
}
