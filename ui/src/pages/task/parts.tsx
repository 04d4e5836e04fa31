// The parts of a task's page that show its life: the line of states, the attempts on a scale of time.
import type { JSX } from "preact";
import type { Attempt, Task, TaskPage } from "../../api/types";
import { Icon } from "../../components/icons";
import { Status } from "../../components/status";
import { duration } from "../../format/numbers";
import { fullTime, momentOf } from "../../format/times";
import { param, setParams } from "../../router/location";
import { urlOf } from "../../router/route";
import { isUtc, now } from "../../state/clock";
import { beyond, ChildTaskRows, spanOf } from "./relatives";
import { stopsOf } from "./stops";
import { gapsOf, scaleOf, total } from "./time-scale";

/** Gaps can be drawn short where nothing ran for more than this share of the time. */
const MOSTLY = 0.5;

export function Life({ task }: { task: Task }): JSX.Element {
  return (
    <ol class="life" aria-label="The states of the task">
      {stopsOf(task, now.value, isUtc.value).map(({ label, icon, at, note, tone, worker }, place) => (
        <li
          key={place}
          class={tone}
          aria-current={tone === "now" ? "step" : undefined}
          title={at ? fullTime(at, isUtc.value) : undefined}
        >
          {tone.startsWith("end") ? (
            <Status status={task.status} />
          ) : (
            <span class="life-name">
              <Icon name={icon} />
              {label}
            </span>
          )}
          {worker && <a href={urlOf("workers", worker)}>{worker}</a>}
          {note && <small>{note}</small>}
        </li>
      ))}
    </ol>
  );
}

/** The attempts that ended, and the one of now. */
export function attemptsOf(task: Task): Attempt[] {
  const started = task.started_at;
  if (!started || !task.worker_id || task.history.some(({ number }) => number === task.attempts)) return task.history;
  return [
    ...task.history,
    {
      number: task.attempts,
      worker_id: task.worker_id,
      started_at: started,
      finished_at: task.finished_at,
      run_seconds: task.run_seconds,
      status: task.status,
      error: task.error_detail,
      wait_seconds: task.wait_seconds,
      next_due_at: null,
    },
  ];
}

/** The attempts on a scale of time, and below them the tasks that they submitted, as far as there is room. */
export function Waterfall({ task, childTasks }: { task: Task; childTasks: TaskPage | null }): JSX.Element | null {
  const children = childTasks?.items ?? [];
  const more = childTasks ? beyond(childTasks) : "";
  const attempts = attemptsOf(task);
  const from = momentOf(task.submitted_at);
  if (from === null || (attempts.length === 0 && children.length === 0)) return null;
  const endOf = (one: Attempt) => {
    const started = momentOf(one.started_at) ?? from;
    return one.status === "running"
      ? now.value
      : (momentOf(one.finished_at) ?? started + (one.run_seconds ?? 0) * 1000);
  };
  const until = Math.max(from + 1, ...attempts.map(endOf), ...children.map((child) => spanOf(child, now.value).until));
  // An attempt is waited for from the end of the one before it on: a backoff is a part of that.
  const waits = attempts.map((_one, index) => (index === 0 ? from : endOf(attempts[index - 1] as Attempt)));
  const whole = { from, until };
  const ran = attempts.map((one) => ({ from: momentOf(one.started_at) ?? from, until: endOf(one) }));
  const gaps = gapsOf(whole, [...ran, ...children.map((child) => spanOf(child, now.value))]);
  const isShort = param("gaps") === "short";
  const place = scaleOf(whole, isShort ? gaps : []);
  const part = (at: number) => `${place(at) * 100}%`;
  return (
    <>
      {total(gaps) > MOSTLY * (until - from) && (
        <label class="gaps">
          <input
            type="checkbox"
            checked={isShort}
            onChange={() => setParams({ gaps: isShort ? undefined : "short" })}
          />{" "}
          Draw gaps short
        </label>
      )}
      <ol
        class={children.length ? "waterfall with-children" : "waterfall"}
        aria-label={`Attempts${children.length ? ", and tasks that they submitted," : ""} over ${duration((until - from) / 1000)}`}
      >
        {attempts.map((one, index) => {
          const started = momentOf(one.started_at) ?? from;
          const seconds = one.run_seconds ?? (endOf(one) - started) / 1000;
          return (
            <li key={one.number}>
              <span class="waterfall-name">attempt {one.number}</span>
              <span class="track">
                <i
                  class="waited"
                  style={{ left: part(waits[index] ?? from), width: `calc(${part(started)} - ${part(waits[index] ?? from)})` }}
                />
                <i
                  class={one.status}
                  style={{ left: part(started), width: `calc(${part(endOf(one))} - ${part(started)})` }}
                />
              </span>
              <span class="waterfall-note">
                <Status status={one.status} /> {duration(one.status === "running" ? Math.round(seconds) : seconds)}
                <small>after {duration((started - (waits[index] ?? from)) / 1000)}</small>
              </span>
            </li>
          );
        })}
        <ChildTaskRows tasks={children} part={part} />
        {more && (
          <li class="child">
            <a href={urlOf("tasks", "", { parent: task.id, order: "oldest" })}>{more}</a>
          </li>
        )}
      </ol>
    </>
  );
}
