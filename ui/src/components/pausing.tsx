// Holding back a priority or a function, and letting it go on.
import type { JSX } from "preact";
import type { Pause, PauseRequest } from "../api/types";
import { momentOf } from "../format/times";
import { act } from "../state/act";
import { serverNow } from "../state/clock";
import { canOperate } from "../state/session";
import { tellWithUndo } from "../state/undo";
import { Ago, Badge, Button } from "./basics";
import { confirm } from "./confirm";

interface Pausable {
  name: string;
  pause: Pause | null;
  /** Of what was seen: what somebody else has done meanwhile is not overwritten. */
  version: string;
  doPause: (request: Partial<PauseRequest>, version: string) => Promise<{ version: string }>;
  doResume: (version: string) => Promise<{ version: string }>;
  done: () => void;
}

/** Return what makes a pause again as it was, with the time that is left of it. */
export function pauseAgain({ reason, until }: Pause, now: number): Partial<PauseRequest> {
  const ends = momentOf(until);
  return { reason, ...(ends === null ? {} : { seconds: Math.max(1, (ends - now) / 1000) }) };
}

async function resume({ name, version, doPause, doResume, done }: Pausable, pause: Pause): Promise<void> {
  const resumed = await act(`Resume ${name}`, () => doResume(version));
  if (resumed)
    tellWithUndo(`${name} goes on`, {
      call: () => doPause(pauseAgain(pause, serverNow()), resumed.version),
      done,
      but: "Taken back, what has started meanwhile goes on.",
    });
  done();
}

/** Ask for the reason and the time, and pause; or resume. */
export async function turnPause(of: Pausable): Promise<void> {
  const { name, pause, version, doPause, doResume, done } = of;
  if (pause) return resume(of, pause);
  const answers = await confirm({
    title: `Pause ${name}?`,
    verb: "Pause",
    text: "Tasks that run go on; those that wait stay, and new ones are still taken.",
    fields: [
      { name: "reason", label: "Reason", hint: "Others see it." },
      {
        name: "minutes",
        label: "Minutes",
        hint: "Empty: until somebody resumes.",
        kind: "number",
        schema: { minimum: 0.01 },
        isOptional: true,
      },
    ],
  });
  if (!answers) return;
  const { reason = "", minutes } = answers;
  const request = { reason, ...(minutes ? { seconds: Number(minutes) * 60 } : {}) };
  const paused = await act(`Pause ${name}`, () => doPause(request, version));
  if (paused) tellWithUndo(`${name} is paused`, { call: () => doResume(paused.version), done });
  done();
}

export function PauseButton(props: Pausable): JSX.Element {
  const { name, pause } = props;
  return (
    <Button
      icon={pause ? "play" : "pause"}
      refused={canOperate.value ? null : "needs the role operator"}
      onClick={() => void turnPause(props)}
      title={pause ? `Let ${name} go on` : `Hold ${name} back`}
    >
      {pause ? "Resume" : "Pause"}
      <span class="offscreen"> {name}</span>
    </Button>
  );
}

export function PauseNote({ pause }: { pause: Pause | null }): JSX.Element | null {
  if (!pause) return null;
  return (
    <span class="pause-note">
      <Badge tone="warn" icon="pause">
        paused
      </Badge>
      <span class="muted">
        {pause.reason && `${pause.reason} · `}by {pause.paused_by} <Ago at={pause.paused_at} />
        {pause.until && (
          <>
            , until <Ago at={pause.until} />
          </>
        )}
      </span>
    </span>
  );
}
