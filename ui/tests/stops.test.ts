import { describe, expect, it } from "vitest";
import type { Attempt, Task } from "../src/api/types";
import { backoffText } from "../src/format/terms";
import { pageOf } from "../src/pages/system/operation";
import { stopsOf } from "../src/pages/task/stops";

const START = Date.UTC(2026, 10, 22, 12);
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const attempt = (number: number, status: Attempt["status"], from: number, ran: number | null): Attempt => ({
  number,
  status,
  worker_id: `w${number}`,
  started_at: at(from),
  finished_at: null,
  run_seconds: ran,
  wait_seconds: 0,
  error: null,
  next_due_at: null,
});

const line = (more: Partial<Task>, delay: number | null = null): string[] => {
  const task = {
    submitted_at: at(0),
    queued_at: at(0),
    due_at: null,
    finished_at: null,
    wait_seconds: 1,
    attempts: more.history?.length ?? 0,
    history: [],
    terms: { delay_seconds: delay },
    ...more,
  } as unknown as Task;
  return stopsOf(task, START + 100_000, true).map(({ label, note, tone }) => `${label}|${note}|${tone}`);
};

describe("the line of states of a task", () => {
  it("keeps the wait for a time after the start", () => {
    const run = { status: "success", queued_at: at(60), finished_at: at(63), history: [attempt(1, "success", 61, 2)] } satisfies Partial<Task>;
    expect(line(run, 60)).toEqual([
      "submitted||",
      "scheduled|until 2026-11-22 12:01:00.000 UTC|",
      "queued|1 s|",
      "running|2 s|",
      "success||end success",
    ]);
    expect(line({ status: "scheduled", due_at: at(60) }, 60)).toEqual([
      "submitted||",
      "scheduled|due 2026-11-22 12:01:00.000 UTC|now",
    ]);
  });

  it("ends the wait for a time when somebody had the task run before it", () => {
    const terms = { delay_seconds: 3600, waited_seconds: 5 } as Task["terms"];
    expect(line({ status: "cancelled", queued_at: at(5), finished_at: at(9), terms }).slice(0, 3)).toEqual([
      "submitted||",
      "scheduled|until 2026-11-22 12:00:05.000 UTC|",
      "queued||",
    ]);
  });

  it("shows the attempt that ran while the next one is waited for", () => {
    const history = [attempt(1, "failure", 1, 2)];
    expect(line({ status: "scheduled", due_at: at(30), history })).toEqual([
      "submitted||",
      "attempt 1|failure after 2 s|tried",
      "scheduled|due 2026-11-22 12:00:30.000 UTC|now",
    ]);
  });

  it("shows what was tried before the attempt of now, and of many tries the last", () => {
    const tried = [1, 2, 3].map((number) => attempt(number, number === 2 ? "lost" : "failure", number * 10, 1));
    const history = [...tried, attempt(4, "running", 90, null)];
    expect(line({ status: "running", queued_at: at(89), history })).toEqual([
      "submitted||",
      "2 earlier attempts||tried",
      "attempt 3|failure after 1 s|tried",
      "queued|1 s|",
      "running, attempt 4|10 s|now",
    ]);
    expect(line({ status: "failure", queued_at: at(89), history: tried.slice(0, 1), finished_at: at(12) })).toEqual([
      "submitted||",
      "queued|1 s|",
      "running|1 s|",
      "failure||end failure",
    ]);
  });

  it("invents no wait for a worker where a task was cancelled before", () => {
    const tried = [attempt(1, "failure", 1, 2)];
    expect(line({ status: "cancelled", history: tried, finished_at: at(9) })).toEqual([
      "submitted||",
      "attempt 1|failure after 2 s|tried",
      "cancelled||end cancelled",
    ]);
    expect(line({ status: "cancelled", finished_at: at(9) }, 60).map((stop) => stop.split("|")[0])).toEqual([
      "submitted",
      "scheduled",
      "cancelled",
    ]);
    expect(line({ status: "cancelled", finished_at: at(9) })).toEqual(["submitted||", "queued||", "cancelled||end cancelled"]);
    expect(line({ status: "queued", wait_seconds: null })).toEqual(["submitted||", "queued|1 min 40 s|now"]);
  });
});

describe("a backoff in words", () => {
  it("tells the first wait, how it grows, and what is left to chance", () => {
    const backoff = { initial: 1, factor: 2, maximum: 300, jitter: 0.5 };
    expect(backoffText(backoff)).toBe("1 s, then 2 times as long, at most 5 min, up to 50 % less by chance");
    expect(backoffText({ ...backoff, factor: 1, jitter: 0 })).toBe("1 s");
    expect(backoffText({ ...backoff, initial: 0 })).toBe("none");
  });
});

describe("the answers of a bulk action", () => {
  it("stand on pages, whatever place is asked for", () => {
    const items = Array.from({ length: 120 }, (_one, number) => number);
    expect(pageOf(items, 0)).toMatchObject({ from: 0, last: 50 });
    expect(pageOf(items, 57)).toMatchObject({ from: 50, last: 100 });
    expect(pageOf(items, 999)).toMatchObject({ from: 100, last: 120 });
    expect(pageOf(items, -7).shown[0]).toBe(0);
    expect(pageOf([], 0)).toEqual({ shown: [], from: 0, last: 0 });
  });
});
