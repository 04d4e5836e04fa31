// The numbers of now, each a way to where they come from.
import type { ComponentChildren, JSX } from "preact";
import type { Overview } from "../../api/types";
import { bytes, count, duration, NOTHING, percentile, rate, share } from "../../format/numbers";
import { momentOf } from "../../format/times";
import { urlOf } from "../../router/route";
import { now } from "../../state/clock";
import { useQueues } from "./panels";
import { ENDS, useSeries } from "./series";
import { type Going, trend, waitingTrend, workersTrend } from "./trends";

function Tile({
  name,
  href,
  tone = "",
  note,
  children,
}: {
  name: string;
  href: string;
  tone?: string;
  note?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <a class={`tile ${tone}`} href={href}>
      <span class="tile-name">{name}</span>
      <span class="tile-value">{children}</span>
      <span class="tile-note">{note ?? "\u00a0"}</span>
    </a>
  );
}

function since(at: string | null): number | null {
  const moment = momentOf(at);
  return moment === null ? null : Math.max(0, (now.value - moment) / 1000);
}

function Trend({ going }: { going: Going }): JSX.Element | null {
  if (going === "steady") return null;
  return (
    <small class="trend" title={`It ${going}: compared with the minute before`}>
      <span aria-hidden="true"> {going === "grows" ? "▲" : "▼"}</span>
      <span class="offscreen"> {going}</span>
    </small>
  );
}

function slotsNote(isFull: boolean, standby: number): string {
  if (standby === 0) return isFull ? "every slot is taken" : "slots taken";
  return isFull ? `full, ${count(standby)} stand by` : `${count(standby)} more stand by`;
}

/** How many of the ended failed, and how many dead letters are remembered, seen or not: in few words, for tiles are narrow. */
export function failedNote({ failure_ratio, counts }: Pick<Overview, "counts" | "failure_ratio">): string {
  const dead = counts.failure + counts.lost;
  return dead ? `${share(failure_ratio)}, ${count(dead)} dead` : `${share(failure_ratio)} of the ended`;
}

export function workersNote({ stuck_slots: stuck, workers_lost: lost }: Pick<Overview, "stuck_slots" | "workers_lost">): string {
  const said = [...(lost ? [`${count(lost)} lost lately`] : []), ...(stuck ? [`${count(stuck)} slots stuck`] : [])];
  return said.join(", ") || "all answer";
}

export function Tiles({ now: data }: { now: Overview }): JSX.Element {
  const waiting = data.counts.queued;
  const queues = useQueues().data?.items ?? [];
  const lately = useSeries("15m").data;
  const oldest = since(data.oldest_queued_at);
  const isFailing = data.failed_per_second > 0;
  const slots = data.slots - data.standby_slots; // those that may take a task
  const isFull = slots > 0 && data.busy_slots >= slots;
  return (
    <div class="tiles">
      <Tile
        name="Queued"
        href={urlOf("tasks", "", { status: "queued" })}
        note={`${count(data.counts.scheduled)} scheduled`}
      >
        {count(waiting)}
        <Trend going={waitingTrend(waiting, queues)} />
      </Tile>
      <Tile
        name="Running"
        href={urlOf("tasks", "", { status: "running" })}
        note={slotsNote(isFull, data.standby_slots)}
      >
        {count(data.busy_slots)}
        <small>/{count(slots)}</small>
        <Trend going={trend(lately, ["running"])} />
      </Tile>
      <Tile
        name="Done"
        href={urlOf("tasks", "", { status: "success" })}
        note={`${rate(data.submitted_per_second)} submitted`}
      >
        {rate(data.finished_per_second)}
        <Trend going={trend(lately, ENDS)} />
      </Tile>
      <Tile
        name="Failed"
        href={urlOf("errors")}
        tone={isFailing ? "bad" : ""}
        note={failedNote(data)}
      >
        {rate(data.failed_per_second)}
        <Trend going={trend(lately, ["failure", "lost"])} />
      </Tile>
      <Tile name="Oldest waiting" href={urlOf("queues")} note={`p95 wait ${percentile(data.wait_seconds.p95)}`}>
        {oldest === null ? NOTHING : duration(oldest)}
      </Tile>
      <Tile name="p95 run" href={urlOf("functions")} note={`p50 ${percentile(data.run_seconds.p50)}`}>
        {percentile(data.run_seconds.p95)}
        <Trend going={trend(lately, ["run_p95"])} />
      </Tile>
      <Tile
        name="Workers"
        href={urlOf("workers")}
        tone={data.stuck_slots || data.workers_lost ? "warn" : ""}
        note={workersNote(data)}
      >
        {count(data.workers)}
        <Trend going={workersTrend(lately)} />
      </Tile>
      <Tile name="Up" href={urlOf("system")} note={`memory ${bytes(data.memory_bytes)}`}>
        {duration(Math.round(since(data.started_at) ?? 0))}
      </Tile>
    </div>
  );
}
