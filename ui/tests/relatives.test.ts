import { describe, expect, it } from "vitest";
import type { Task, TaskPage, TaskSummary, TaskStep } from "../src/api/types";
import type { LiveEvent } from "../src/live/protocol";
import { beyond, relativesAfter, spanOf } from "../src/pages/task/relatives";
import { rowsOf } from "../src/pages/task/steps";

const child = (id: string, changes: Partial<TaskSummary> = {}) =>
  ({ id, parent: "p", origin: null, status: "running", ...changes }) as TaskSummary;

const page = (items: TaskSummary[], value = items.length, relation: "eq" | "gte" = "eq") =>
  ({ items, total: { value, relation }, next_cursor: null }) as unknown as TaskPage;

const told = (changed: TaskSummary[], more = 0): LiveEvent =>
  ({ type: "tasks", data: { changed, more, deleted: [], more_deleted: 0 } }) as unknown as LiveEvent;

describe("the child tasks of a task", () => {
  it("are shown as events tell them", () => {
    const now = relativesAfter(told([child("a", { status: "success" })]), page([child("a")]), "parent", "p");
    expect(now?.items.map(({ status }) => status)).toEqual(["success"]);
  });

  it("are asked for when there is another one, or an event could not name all changes", () => {
    expect(relativesAfter(told([child("b")]), page([child("a")]), "parent", "p")).toBeUndefined();
    expect(relativesAfter(told([], 3), page([child("a")]), "parent", "p")).toBeUndefined();
  });

  it("stay as they are when only others changed", () => {
    const shown = page([child("a")]);
    const others = told([child("z", { parent: "q" }), child("y", { parent: null })]);
    expect(relativesAfter(others, shown, "parent", "p")).toEqual(shown);
  });

  it("are counted beyond those that are shown", () => {
    expect(beyond(page([child("a")]))).toBe("");
    expect(beyond(page([child("a")], 13))).toBe("and 12 more");
    expect(beyond(page([child("a")], 13, "gte"))).toBe("and more than 12 more");
  });

  it("last until now while they are not over", () => {
    const times = { submitted_at: "1970-01-01T00:00:01Z", started_at: null, finished_at: null };
    expect(spanOf(child("a", times), 5_000)).toEqual({ from: 1_000, started: 5_000, until: 5_000 });
    const ended = { ...times, started_at: "1970-01-01T00:00:02Z", finished_at: "1970-01-01T00:00:03Z" };
    expect(spanOf(child("a", ended), 5_000)).toEqual({ from: 1_000, started: 2_000, until: 3_000 });
  });
});

describe("the steps of a task", () => {
  it("have what people did among them, before what came of it at the same moment", () => {
    const taken = (at: string, action: string) => ({ at, action, by: "ann", before: "normal", after: "high" });
    const taken_actions = [taken("1970-01-01T00:00:02Z", "set priority")];
    const task = { transitions: [], history: [], taken_actions } as unknown as Task;
    const steps = [1, 2, 3].map((second) => ({
      number: second,
      at: `1970-01-01T00:00:0${second}Z`,
      attempt: 0,
      status: "queued",
    })) as TaskStep[];
    expect(rowsOf(task, steps).map(({ number, by }) => [number, by])).toEqual([
      [1, "control plane"],
      [null, "ann"],
      [2, "control plane"],
      [3, "control plane"],
    ]);
  });
});
