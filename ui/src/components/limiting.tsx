// How much of a priority may run: seeing it, and saying it.
import type { JSX } from "preact";
import { limitQueue } from "../api/actions";
import type { LimitsRequest, Queue } from "../api/types";
import { count, exact } from "../format/numbers";
import { urlOf } from "../router/route";
import { act } from "../state/act";
import { canOperate } from "../state/session";
import { tellWithUndo } from "../state/undo";
import { Ago, Badge, Button } from "./basics";
import { confirm, type Question } from "./confirm";
import type { Answers } from "./question-field";

const MOST = 100_000;
const NO_LIMITS: LimitsRequest = { at_once: null, per_second: null };

/** "at most 5 at once, 2.5/s"; nothing without a limit. */
export function limitsText(limits: LimitsRequest | null): string {
  const { at_once, per_second } = limits ?? NO_LIMITS;
  const parts = [
    at_once === null ? "" : `${count(at_once)} at once`,
    per_second === null ? "" : `${exact(per_second)}/s`,
  ].filter(Boolean);
  return parts.length ? `at most ${parts.join(", ")}` : "";
}

export function limitsQuestion({ priority, limits }: Queue): Question {
  const first = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));
  return {
    title: `The limits of priority ${priority}`,
    verb: "Set the limits",
    text: "Tasks that run already count, and none of them is stopped. Other priorities go on beside it.",
    fields: [
      {
        name: "at_once",
        label: "At most at once",
        hint: "Empty: as many as there is room for.",
        kind: "integer",
        schema: { minimum: 1, maximum: MOST },
        isOptional: true,
        first: first(limits?.at_once),
      },
      {
        name: "per_second",
        label: "At most per second",
        hint: "How many start. Empty: any number.",
        kind: "number",
        schema: { exclusiveMinimum: 0, maximum: MOST },
        isOptional: true,
        first: first(limits?.per_second),
      },
    ],
  };
}

export function limitsOf({ at_once, per_second }: Answers): LimitsRequest {
  return { at_once: at_once ? Number(at_once) : null, per_second: per_second ? Number(per_second) : null };
}

function isSame(one: LimitsRequest, other: LimitsRequest): boolean {
  return one.at_once === other.at_once && one.per_second === other.per_second;
}

/** Ask for the limits, and set them if they are others. */
export async function editLimits(queue: Queue, done: () => void): Promise<void> {
  const { priority, limits_version } = queue;
  const { at_once, per_second } = queue.limits ?? NO_LIMITS;
  const answers = await confirm(limitsQuestion(queue));
  if (!answers) return;
  const wanted = limitsOf(answers);
  if (isSame(wanted, { at_once, per_second })) return;
  const limited = await act(`Limit priority ${priority}`, () => limitQueue(priority, wanted, limits_version));
  if (limited)
    tellWithUndo(`priority ${priority}: ${limitsText(wanted) || "no limits"}`, {
      call: () => limitQueue(priority, { at_once, per_second }, limited.limits_version),
      done,
      but: "Taken back, what has started meanwhile goes on.",
    });
  done();
}

export function LimitsButton({ queue, done }: { queue: Queue; done: () => void }): JSX.Element {
  return (
    <Button
      icon="gauge"
      refused={canOperate.value ? null : "needs the role operator"}
      onClick={() => void editLimits(queue, done)}
      title={`How much of priority ${queue.priority} may run`}
    >
      Limits…<span class="offscreen"> of priority {queue.priority}</span>
    </Button>
  );
}

const WAITS = {
  at_once: "Its tasks wait: as many run as may at once",
  per_second: "Its tasks wait: the next may start a little later",
};

export function LimitedBadge({ queue }: { queue: Queue }): JSX.Element | null {
  if (!queue.limited_by) return null;
  return (
    <Badge tone="accent" icon="gauge" title={WAITS[queue.limited_by]}>
      limited
    </Badge>
  );
}

/** What the limits are; in full, also whose. */
export function LimitsNote({ queue, isBrief }: { queue: Queue; isBrief?: boolean }): JSX.Element | null {
  const { limits, limited_by } = queue;
  if (!limits) return null;
  return (
    <span class="pause-note">
      <LimitedBadge queue={queue} />
      <span class="muted">
        {limitsText(limits)}
        {!isBrief && (
          <>
            {" "}
            · by {limits.set_by} <Ago at={limits.set_at} />
          </>
        )}
        {limited_by && <span class="offscreen">. {WAITS[limited_by]}</span>}
      </span>
    </span>
  );
}

/** Of a waiting task: that its priority has to wait for its limit. */
export function LimitedTaskNote({ queue }: { queue: Queue | null }): JSX.Element | null {
  if (!queue?.limited_by) return null;
  const { priority, limits, limited_by } = queue;
  return (
    <p class="note">
      <Badge tone="accent" icon="gauge" title={WAITS[limited_by]}>
        It waits for the limit of its priority
      </Badge>{" "}
      <a href={urlOf("queues", priority)}>
        {priority}: {limitsText(limits)}
      </a>
    </p>
  );
}
