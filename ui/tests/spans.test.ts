import { describe, expect, it } from "vitest";
import type { TaskSpan } from "../src/api/types";
import { beganAt, lastOf, placed } from "../src/pages/task/span-tree";

const span = (span_id: string, started: string, changes: Partial<TaskSpan> = {}): TaskSpan => ({
  number: 1,
  attempt: 1,
  worker_id: "w1",
  trace_id: "0af7651916cd43dd8448eb211c80319c",
  span_id,
  parent_id: null,
  name: span_id,
  started_at: `2026-11-21T12:00:00.${started}Z`,
  seconds: 0.001,
  status: "unset",
  message: "",
  attributes: {},
  ...changes,
});

const shown = (spans: TaskSpan[]) => placed(spans).map(({ span: { name }, depth, inside }) => [name, depth, inside]);

describe("the order of spans", () => {
  it("puts each below the one that it is inside of, by their beginnings", () => {
    const spans = [
      span("draw", "003", { parent_id: "run" }),
      span("look up", "002", { parent_id: "run" }),
      span("query", "002", { parent_id: "look up" }),
      span("run", "001", { parent_id: "of the submission" }),
      span("wait", "000", { parent_id: "of the submission" }),
    ];
    expect(shown(spans)).toEqual([
      ["wait", 0, null],
      ["run", 0, null],
      ["look up", 1, "run"],
      ["query", 2, "look up"],
      ["draw", 1, "run"],
    ]);
  });

  it("shows each once, also those that claim to be inside each other, or themselves", () => {
    const spans = [
      span("a", "000", { parent_id: "b" }),
      span("b", "001", { parent_id: "a" }),
      span("c", "002", { parent_id: "c" }),
    ];
    expect(shown(spans).map(([name]) => name)).toEqual(["a", "b", "c"]);
    expect(placed([])).toEqual([]);
  });

  it("knows microseconds, and how long all last together", () => {
    expect(beganAt(span("a", "000250")) - beganAt(span("b", "000"))).toBeCloseTo(0.25, 3);
    const all = placed([span("a", "000250", { seconds: 0.0005 }), span("b", "000", { seconds: 0 })]);
    expect(all.map(({ offset }) => Math.round(offset * 1000))).toEqual([0, 250]);
    expect(lastOf(all)).toBeCloseTo(0.75, 2);
    expect(lastOf([])).toBe(0.001);
  });
});
