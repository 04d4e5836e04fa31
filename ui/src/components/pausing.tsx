// Holding back a priority or a function, and letting it go on.
import type { JSX } from "preact";
import type { Pause, PauseRequest } from "../api/types";
import { act } from "../state/act";
import { canOperate } from "../state/session";
import { toast } from "../state/toasts";
import { Ago, Badge, Button } from "./basics";
import { confirm } from "./confirm";

interface Pausable {
  name: string;
  pause: Pause | null;
  /** Of what was seen: what somebody else has done meanwhile is not overwritten. */
  version: string;
  doPause: (request: Partial<PauseRequest>, version: string) => Promise<{ version: string }>;
  doResume: (version: string) => Promise<unknown>;
  done: () => void;
}

/** Ask for the reason and the time, and pause; or resume. */
export async function turnPause({ name, pause, version, doPause, doResume, done }: Pausable): Promise<void> {
  const resume = (of: string) => act(`Resume ${name}`, () => doResume(of));
  if (pause) {
    if ((await resume(version)) !== undefined) toast("good", `${name} goes on`);
    return done();
  }
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
  if (paused) {
    const undo = { label: "Undo", run: () => void resume(paused.version).then(done) };
    toast("good", `${name} is paused`, { action: undo });
  }
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
