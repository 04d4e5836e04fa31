// When the tasks of the list were submitted. A drag, or the arrow keys and Enter, choose a part of the time.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { TaskHistogram } from "../../api/types";
import { Kept } from "../../components/kept";
import { plural } from "../../format/numbers";
import { clockTime } from "../../format/times";
import { useResource } from "../../live/resource";
import { queryOf } from "../../router/route";
import { isUtc } from "../../state/clock";
import { type Filter, paramsOf, setFilter } from "./filter";
import { momentsOf, type Span, spanOf, stepAt, sumOf } from "./span";

const STEPS = 80;
const TOPICS = ["tasks"];
const PACE = 4_000;

export function Strip({ filter }: { filter: Filter }): JSX.Element {
  const path = `tasks/histogram?${queryOf({ ...paramsOf(filter), steps: String(STEPS) })}`;
  const found = useResource<TaskHistogram>(path, { topics: TOPICS, pace: PACE });
  return (
    <Kept of={found} class="strip" isOptional>
      {found.data && found.data.counts.some((count) => count > 0) && <Picture key={path} of={found.data} />}
    </Kept>
  );
}

function Picture({ of }: { of: TaskHistogram }): JSX.Element {
  const [anchor, setAnchor] = useState<number | null>(null);
  const [other, setOther] = useState<number | null>(null);
  const chosen = anchor === null ? null : spanOf(anchor, other ?? anchor, of);
  const choose = (one: number | null, another: number | null = one) => (setAnchor(one), setOther(another));
  const apply = (span: Span) => {
    const { from, to } = momentsOf(span, of);
    setFilter({ since: new Date(from).toISOString(), until: new Date(to).toISOString() });
    choose(null);
  };
  const pointed = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    return stepAt((event.clientX - left) / Math.max(1, width), of);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      const next = (other ?? (step > 0 ? -1 : of.counts.length)) + step;
      choose(event.shiftKey && anchor !== null ? anchor : next, next);
    } else if (event.key === "Enter" && chosen) apply(chosen);
    else if (event.key === "Escape" && chosen) choose(null);
    else return;
    event.preventDefault();
    event.stopPropagation(); // these keys are not the list's now
  };
  return (
    <>
      <div
        class="strip-bars"
        role="slider"
        tabIndex={0}
        aria-label="When they were submitted: arrows choose, Shift takes more, Enter filters"
        aria-valuemin={0}
        aria-valuemax={of.counts.length - 1}
        aria-valuenow={chosen?.last ?? of.counts.length - 1}
        aria-valuetext={said(chosen ?? { first: 0, last: of.counts.length - 1 }, of)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          (event.currentTarget as Element).setPointerCapture(event.pointerId);
          choose(pointed(event));
        }}
        onPointerMove={(event) => anchor !== null && event.buttons > 0 && setOther(pointed(event))}
        onPointerUp={() => chosen && apply(chosen)}
        onPointerCancel={() => choose(null)}
        onBlur={() => choose(null)}
      >
        <Bars of={of} chosen={chosen} />
      </div>
      <Ends of={of} chosen={chosen} />
    </>
  );
}

function said(span: Span, of: TaskHistogram): string {
  const { from, to } = momentsOf(span, of);
  const clock = (at: number) => clockTime(at, isUtc.value);
  return `${plural(sumOf(span, of), "task")} from ${clock(from)} to ${clock(to)}`;
}

function Bars({ of, chosen }: { of: TaskHistogram; chosen: Span | null }): JSX.Element {
  const top = Math.max(1, ...of.counts);
  const isIn = (index: number) => !chosen || (index >= chosen.first && index <= chosen.last);
  return (
    <svg viewBox={`0 0 ${of.counts.length} 1`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {chosen && <rect class="span" x={chosen.first} y={0} width={chosen.last - chosen.first + 1} height={1} />}
      {of.counts.map((count, index) => {
        const height = count > 0 ? Math.max(0.06, count / top) : 0;
        return (
          <rect key={index} class={isIn(index) ? "" : "out"} x={index + 0.1} y={1 - height} width={0.8} height={height} />
        );
      })}
    </svg>
  );
}

/** The ends of the time, and between them what is chosen. */
function Ends({ of, chosen }: { of: TaskHistogram; chosen: Span | null }): JSX.Element {
  const { from, to } = momentsOf({ first: 0, last: of.counts.length - 1 }, of);
  return (
    <p class="strip-ends" aria-hidden="true">
      <span>
        {clockTime(from, isUtc.value)}
        {of.is_bounded && " (only the newest)"}
      </span>
      {chosen && <b>{said(chosen, of)}</b>}
      <span>{clockTime(to, isUtc.value)}</span>
    </p>
  );
}
