import { describe, expect, it } from "vitest";
import type { TaskCounts, TaskPage, TaskSummary } from "../src/api/types";
import {
  admits,
  bulkFilter,
  chipsOf,
  countsPath,
  exportPath,
  filterOf,
  isFiltered,
  listPath,
  NO_FILTER,
  samePath,
} from "../src/pages/tasks/filter";
import { countOf } from "../src/pages/tasks/status-tabs";
import { after, newsOf, replaced } from "../src/pages/tasks/rows";
import { momentsOf, spanOf, stepAt, sumOf } from "../src/pages/tasks/span";
import { neighbours } from "../src/state/listed";

const task = (changes: Partial<TaskSummary>): TaskSummary => ({
  id: "1",
  name: "resize",
  status: "queued",
  priority: "normal",
  worker_id: null,
  attempts: 0,
  most_attempts: 1,
  submitted_at: "2026-11-21T12:00:00.500Z",
  queued_at: "2026-11-21T12:00:00.500Z",
  due_at: null,
  expires_at: null,
  started_at: null,
  finished_at: null,
  wait_seconds: null,
  run_seconds: null,
  error: null,
  progress: null,
  is_cancelling: false,
  is_held: false,
  origin: null,
  parent: null,
  tags: [],
  arguments_preview: "",
  ...changes,
});

describe("what an event says of a list", () => {
  const newest = "2026-11-21T12:00:00Z";
  const shown = new Set(["shown"]);
  const newer = task({ id: "newer", submitted_at: "2026-11-21T12:00:01Z" });
  const older = task({ id: "older", submitted_at: "2026-11-21T11:59:59Z", status: "failure" });
  const on = task({ ...newer, id: "shown", status: "lost" });
  const of = (filter: Partial<typeof NO_FILTER>, top: string | null = newest) =>
    newsOf([newer, older, on], { filter: { ...NO_FILTER, ...filter }, shown, newest: top });

  it("is which new tasks belong to it, and how many of it have failed", () => {
    expect(of({ name: ["resize"] })).toEqual({ added: ["newer"], failed: 2, isUncertain: false });
    expect(of({ name: ["other"] })).toEqual({ added: [], failed: 0, isUncertain: false });
  });

  it("is nothing but that it may have changed, where only the server knows what belongs to it", () => {
    for (const filter of [{ q: "x" }, { fingerprint: "f" }, { args: { "args.user": "7" } }])
      expect(of(filter)).toEqual({ added: [], failed: 0, isUncertain: true });
    expect(of({ q: "x", name: ["other"] })).toEqual({ added: [], failed: 0, isUncertain: false });
  });

  it("is no new task on a later page", () => {
    expect(of({}, null)).toEqual({ added: [], failed: 2, isUncertain: false });
    expect(of({ q: "x" }, null).isUncertain).toBe(false);
  });
});

describe("the counts of the statuses", () => {
  const counts = {
    scheduled: 0,
    queued: 2,
    running: 1,
    success: 1_000,
    failure: 3,
    cancelled: 0,
    lost: 0,
    expired: 0,
    at_least: ["success" as const],
  };

  it("say where there are more than could be counted", () => {
    expect(countOf(counts, ["failure"])).toBe("3");
    expect(countOf(counts, ["success"])).toBe("≥ 1,000");
    expect(countOf(counts, ["queued", "running", "success"])).toBe("≥ 1,003");
    expect(countOf(null, ["queued"])).toBe("–");
  });
});

describe("the filter", () => {
  const filter = filterOf(new URLSearchParams("status=failure&status=lost&name=resize&q=a%20b"));

  it("is read from the URL and asked of the API", () => {
    expect(listPath(filter, { limit: 50 })).toBe("tasks?status=failure&status=lost&name=resize&q=a+b&limit=50");
  });

  it("is empty only when it is", () => {
    expect([isFiltered(NO_FILTER), isFiltered(filter)]).toEqual([false, true]);
  });

  it("shows as chips what has no tab and no field", () => {
    expect(chipsOf(filter)).toEqual([{ name: "name", value: "resize", without: { name: [] } }]);
  });

  it("has arguments as parameters of their own", () => {
    const byArgument = filterOf(new URLSearchParams("args.user.id=7&args.=1&args.note=a+b"));
    expect(byArgument.args).toEqual({ "args.user.id": "7", "args.note": "a b" });
    expect(listPath(byArgument, { limit: 9 })).toBe("tasks?args.user.id=7&args.note=a+b&limit=9");
    expect(bulkFilter(byArgument)).toEqual({ args: { "user.id": "7", note: "a b" } });
    expect(chipsOf(byArgument)[0]).toEqual({
      name: "args.user.id",
      value: "7",
      without: { args: { "args.note": "a b" } },
    });
    expect(admits(byArgument, task({}))).toBe(null);
    expect(isFiltered(byArgument)).toBe(true);
  });

  it("is counted for all statuses, whichever is chosen", () => {
    expect(countsPath(filter)).toBe("tasks/counts?name=resize&q=a+b");
    expect(countsPath({ ...NO_FILTER, status: ["failure"] })).toBe("tasks/counts");
  });

  it("is given to bulk actions without what is empty", () => {
    expect(bulkFilter(filter)).toEqual({ status: ["failure", "lost"], name: ["resize"], q: "a b" });
  });
});

describe("a task that an event tells", () => {
  it.each([
    [{ status: ["queued"] }, true],
    [{ status: ["failure"] }, false],
    [{ worker: ["w1"] }, false],
    [{ since: "2026-11-21T12:00:01Z" }, false],
    [{ until: "2026-11-21T12:00:01Z" }, true],
    [{ parent: ["p1"] }, false],
    [{ tag: ["nightly"] }, false],
    [{ q: "x" }, null],
  ])("belongs to %o: %s", (changes, belongs) => {
    expect(admits({ ...NO_FILTER, ...changes }, task({}))).toBe(belongs);
  });

  it("belongs to a list by tags when it has one of them", () => {
    const tagged = task({ tags: ["tenant:acme", "nightly"] });
    expect(admits({ ...NO_FILTER, tag: ["hourly", "nightly"] }, tagged)).toBe(true);
    expect(admits({ ...NO_FILTER, tag: ["tenant"] }, tagged)).toBe(false);
  });

  it("takes the place of its row, and the order stays", () => {
    const rows = replaced(
      [task({ id: "a" }), task({ id: "b" })],
      [task({ id: "b", status: "success" }), task({ id: "c" })],
    );
    expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual(["a queued", "b success"]);
  });
});

describe("rows of tasks that somebody deletes", () => {
  const page = {
    items: [task({ id: "a" }), task({ id: "b" })],
    total: { value: 9, relation: "eq" },
  } as unknown as TaskPage;
  const told = (deleted: string[], more_deleted = 0) =>
    after({ topic: "tasks", changed: [], more: 0, deleted, more_deleted, counts: {} as TaskCounts }, page);

  it("go, and the others stay where they are", () => {
    expect(told(["a", "elsewhere"])).toMatchObject({ items: [{ id: "b" }], total: { value: 8 } });
  });

  it("are asked for again when there were too many to be told, or none is left", () => {
    expect(told([], 1)).toBe(undefined);
    expect(told(["a", "b"])).toBe(undefined);
    expect(told([])).toMatchObject({ items: page.items });
  });
});

describe("asking again for the rows on the screen", () => {
  it("asks for the time between the first and the last, whatever their status is by now", () => {
    const path = samePath({ ...NO_FILTER, status: ["queued"] }, [
      task({}),
      task({ submitted_at: "2026-11-21T11:00:00Z" }),
    ]);
    expect(decodeURIComponent(path ?? "")).toBe(
      "tasks?since=2026-11-21T10:59:59.999Z&until=2026-11-21T12:00:00.502Z&limit=200",
    );
  });

  it("asks for nothing when there is none", () => {
    expect(samePath(NO_FILTER, [])).toBeNull();
  });
});

describe("neighbours in a list", () => {
  it("are there as far as the list goes", () => {
    expect(neighbours(["a", "b", "c"], "b")).toEqual({ previous: "a", next: "c" });
    expect([neighbours(["a"], "a"), neighbours(["a"], "z")]).toEqual([{}, {}]);
  });
});

describe("the file of a filter", () => {
  it("is asked for by the same parameters", () => {
    expect(exportPath({ ...NO_FILTER, status: ["failure", "lost"], q: "a b" }, "csv")).toBe(
      "tasks/export?status=failure&status=lost&q=a+b&format=csv",
    );
  });
});

describe("a part of the time of a histogram", () => {
  const steps = { began_at: "2026-11-21T12:00:00.250Z", step_seconds: 2.5, counts: [1, 0, 4, 2] };

  it("has its first step before its last, and stays in the picture", () => {
    expect(spanOf(3, 1, steps)).toEqual({ first: 1, last: 3 });
    expect(spanOf(-1, 9, steps)).toEqual({ first: 0, last: 3 });
  });

  it("begins with its first step and ends with the end of its last", () => {
    const { from, to } = momentsOf({ first: 1, last: 2 }, steps);
    expect([new Date(from).toISOString(), new Date(to).toISOString()]).toEqual([
      "2026-11-21T12:00:02.750Z",
      "2026-11-21T12:00:07.750Z",
    ]);
  });

  it("knows how many tasks are in it", () => {
    expect(sumOf({ first: 1, last: 2 }, steps)).toBe(4);
  });

  it("is found under the pointer", () => {
    expect([-0.1, 0, 0.5, 0.999, 1.2].map((part) => stepAt(part, steps))).toEqual([0, 0, 2, 3, 3]);
  });
});
