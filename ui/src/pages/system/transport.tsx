// The ends of the transport: who is connected, what goes over each now and went over it, what waits there.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { System, TransportEnd } from "../../api/types";
import { DataTable } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { bytes, count, NOTHING, plural, rate } from "../../format/numbers";
import { momentOf } from "../../format/times";
import type { Resource } from "../../live/resource";

type Told = Pick<System, "epoch" | "as_of" | "ends">;
type Counted = "received" | "received_bytes" | "sent" | "sent_bytes";
type Rates = Record<Counted, number>;

const LEAST_SECONDS = 0.5;

/** How fast each end goes, from what was told of it at two moments; of another life, or at once, nothing is known. */
export function ratesOf(before: Told | null, now: Told): Map<string, Rates> {
  const rates = new Map<string, Rates>();
  const seconds = ((momentOf(now.as_of) ?? 0) - (momentOf(before?.as_of) ?? 0)) / 1000;
  if (before?.epoch !== now.epoch || seconds < LEAST_SECONDS) return rates;
  for (const end of now.ends) {
    const then = before.ends.find(({ role }) => role === end.role);
    if (!then) continue;
    const per = (name: Counted) => (end[name] - then[name]) / seconds;
    rates.set(end.role, {
      received: per("received"),
      received_bytes: per("received_bytes"),
      sent: per("sent"),
      sent_bytes: per("sent_bytes"),
    });
  }
  return rates;
}

/** Remember what was told before, for as long as somebody looks. */
function useRates(system: System | null): Map<string, Rates> {
  const seen = useRef<{ latest: System | null; rates: Map<string, Rates> }>({ latest: null, rates: new Map() });
  if (system && system !== seen.current.latest)
    seen.current = { latest: system, rates: ratesOf(seen.current.latest, system) };
  return seen.current.rates;
}

export function Transport({ system }: { system: Resource<System> }): JSX.Element {
  const rates = useRates(system.data);
  return (
    <Panel title="Transport" resource={system} class="list">
      {(data) => (
        <DataTable<TransportEnd>
          caption="The ends of the transport"
          rows={data.ends}
          idOf={({ role }) => role}
          columns={[
            { key: "role", label: "For", isWide: true, cell: ({ role, address }) => <Where {...{ role, address }} /> },
            { key: "connections", label: "Open", align: "end", cell: ({ connections }) => count(connections) },
            { key: "in", label: "In", align: "end", cell: (of) => <Flow of={of} rates={rates} way="received" /> },
            { key: "out", label: "Out", align: "end", cell: (of) => <Flow of={of} rates={rates} way="sent" /> },
            { key: "underway", label: "Under way", align: "end", cell: ({ under_way }) => count(under_way) },
            { key: "held", label: "Held", align: "end", cell: ({ held }) => count(held) },
            { key: "leaving", label: "Unread replies", align: "end", cell: ({ leaving }) => count(leaving) },
            { key: "bad", label: "Not understood", align: "end", cell: ({ bad_frames }) => count(bad_frames) },
          ]}
        />
      )}
    </Panel>
  );
}

function Where({ role, address }: Pick<TransportEnd, "role" | "address">): JSX.Element {
  return (
    <span class="headline">
      <b>{role}</b>
      <code>{address}</code>
    </span>
  );
}

/** How much goes one way now, and in all. */
function Flow({ of, rates, way }: { of: TransportEnd; rates: Map<string, Rates>; way: "received" | "sent" }): JSX.Element {
  const now = rates.get(of.role);
  const total = `${plural(of[way], "message")}, ${bytes(of[`${way}_bytes`])} since the start`;
  return (
    <span class="flow" title={total}>
      {now ? `${rate(now[way])} · ${bytes(Math.round(now[`${way}_bytes`]))}/s` : NOTHING}
      <small>{total}</small>
    </span>
  );
}
