import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { happened, tellsOfAll } from "../src/shell/happenings";
import { announce, announcement, tally } from "../src/state/announcer";

beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

describe("the live region", () => {
  const said: string[] = [];
  let stop: () => void;

  beforeEach(() => {
    vi.advanceTimersByTime(60_000); // nothing is waiting from before
    stop = announcement.subscribe((text) => void said.push(text));
    said.length = 0;
  });
  afterEach(() => stop());

  it("says the numbers of what came together", () => {
    tally("failed", 2);
    tally("submitted", 5);
    tally("submitted", 7);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(["12 new tasks, 2 failed"]);
  });

  it("says of what nobody here can count only that it is", () => {
    tally("uncertain", 1);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(["the list may have changed"]);
  });

  it("says one of one", () => {
    tally("submitted", 1);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(["1 new task"]);
  });

  it("says something at most once in ten seconds, and leaves nothing out", () => {
    for (let second = 0; second < 30; second += 1) {
      tally("submitted", 3);
      vi.advanceTimersByTime(1_000);
    }
    expect(said).toEqual(["3 new tasks", "27 new tasks", "30 new tasks", "30 new tasks\u00a0"]);
  });

  it("says what one did at once, and the rest ten seconds later", () => {
    announce("Cancelled");
    tally("failed", 1);
    vi.advanceTimersByTime(6_000);
    announce("Paused");
    vi.advanceTimersByTime(9_000);
    expect(said).toEqual(["Cancelled", "Paused"]);
    vi.advanceTimersByTime(1_500);
    expect(said.at(-1)).toBe("1 failed");
  });

  it("says nothing of nothing", () => {
    tally("submitted", 0);
    tally("failed", -3);
    vi.advanceTimersByTime(30_000);
    expect(said).toEqual([]);
  });
});

describe("what happens", () => {
  const numbers = (epoch: string, queued: number, ends: Record<string, number>) => ({
    epoch,
    counts: { scheduled: 1, queued, running: 1, success: 0, failure: 0, cancelled: 0, lost: 0, expired: 0 },
    finished_in_all: ends,
  });
  const before = numbers("e", 4, { success: 10, failure: 2 });

  it("is counted from two looks: what has come, also if it has ended since, and what has failed or was lost", () => {
    const after = numbers("e", 6, { success: 19, failure: 3, lost: 1 });
    expect(happened(before, after)).toEqual({ submitted: 2 + 9 + 1 + 1, failed: 2 });
  });

  it("is not known at the first look, nor of another control plane", () => {
    expect(happened(null, before)).toEqual({ submitted: 0, failed: 0 });
    expect(happened(before, numbers("f", 90, {}))).toEqual({ submitted: 0, failed: 0 });
  });

  it("is told on the pages of all tasks", () => {
    expect(tellsOfAll({ page: "overview", subject: "" }, false)).toBe(true);
    expect(tellsOfAll({ page: "tasks", subject: "" }, false)).toBe(true);
    expect(tellsOfAll({ page: "tasks", subject: "" }, true)).toBe(false);
    expect(tellsOfAll({ page: "tasks", subject: "0198" }, false)).toBe(false);
    expect(tellsOfAll({ page: "api", subject: "" }, false)).toBe(false);
  });
});
