import { describe, expect, it } from "vitest";
import type { LiveEvent } from "../src/live/protocol";
import { isolated, latest, stacked, thinned } from "../src/charts/stack";
import { withRow } from "../src/pages/overview/series";
import { framesOf } from "../src/pages/task/traceback";
import { withSteps } from "../src/pages/task/steps";
import { allows } from "../src/state/session";
import { keyOf, resolve } from "../src/state/shortcuts";
import { entriesFor, matches } from "../src/shell/palette-entries";
import { endpointsOf, example, fill, typeText } from "../src/pages/api/document";
import { explain, ApiError } from "../src/api/problem";

describe("charts", () => {
  it("stack columns so that the first is the whole; a gap in all stays a gap", () => {
    expect(
      stacked([
        [1, null, null],
        [2, 3, null],
      ]),
    ).toEqual([
      [3, 3, null],
      [2, 3, null],
    ]);
  });

  it("mark values that no line would show", () => {
    expect(isolated([1, null, 2, 3, null, null, 4])).toEqual([0, 6]);
  });

  it("thin out points for a table and keep the last", () => {
    expect(thinned(10, 4)).toEqual([0, 3, 6, 9]);
    expect(thinned(0, 4)).toEqual([]);
    expect(latest([1, 2, null])).toBe(2);
  });
});

describe("the series", () => {
  const series = { range: "15m" as const, priority: null, step_seconds: 1, at: [1, 2], columns: { success: [5, 6] }, as_of: "" };
  const event = (at: number, row: Record<string, number>): LiveEvent => ({ type: "overview", data: { at, row } });

  it("takes the newest row", () => {
    expect(withRow(series, event(3, { success: 7 }))).toMatchObject({ at: [1, 2, 3], columns: { success: [5, 6, 7] } });
  });

  it("takes no row twice, and asks again when one was missed", () => {
    expect(withRow(series, event(2, { success: 7 }))).toBe(series);
    expect(withRow(series, event(9, { success: 7 }))).toBeUndefined();
  });
});

describe("steps of a task", () => {
  const step = (number: number) => ({ number, at: "", attempt: 1, status: null, progress: null, line: null });
  const page = {
    items: [step(2), step(1)],
    next_cursor: null,
    prev_cursor: null,
    total: { value: 2, relation: "eq" as const },
    is_bounded: false,
    searched: null,
    as_of: "",
  };

  it("are added once each, and counted", () => {
    const more = withSteps(page, [step(2), step(3), step(4)]);
    expect(more?.items.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
    expect(more?.total).toEqual({ value: 4, relation: "eq" });
    expect(withSteps(page, [step(1)])).toBe(page);
    expect(withSteps(null, [step(1)])).toBeUndefined();
  });

  it("are asked for anew when there are too many", () => {
    const many = Array.from({ length: 600 }, (_, index) => step(index + 3));
    expect(withSteps(page, many)).toBeUndefined();
  });
});

describe("a traceback", () => {
  it("is parted into frames, and those of libraries are known", () => {
    const parts = framesOf(
      'Traceback (most recent call last):\n  File "/app/a.py", line 3, in go\n    run()\n    ^^^\n  File "/x/site-packages/l.py", line 1, in run\n    raise X\nX: no\n',
    );
    expect(parts).toEqual([
      "Traceback (most recent call last):",
      { place: 'File "/app/a.py", line 3, in go', lines: ["    run()", "    ^^^"], isLibrary: false, locals: [] },
      { place: 'File "/x/site-packages/l.py", line 1, in run', lines: ["    raise X"], isLibrary: true, locals: [] },
      "X: no",
    ]);
  });

  it("has the locals of its frames, of a recursion those of the innermost", () => {
    const line = '  File "/app/a.py", line 3, in go';
    const frame = (left: string, number = 3) => ({
      file: "/app/a.py",
      line: number,
      function: "go",
      locals: [{ name: "left", value: left }],
    });
    const parts = framesOf(`${line}\n    go()\n${line}\n    go()\n${line}\n    go()\nX: no\n`, [
      frame("7", 9),
      frame("1"),
      frame("0"),
    ]);
    expect(parts.map((part) => (typeof part === "string" ? part : part.locals.map(({ value }) => value)))).toEqual([
      [],
      ["1"],
      ["0"],
      "X: no",
    ]);
  });
});

describe("keys", () => {
  const shortcut = (keys: string) => ({ keys, label: keys, group: "", run: () => undefined });
  const list = [shortcut("g t"), shortcut("t"), shortcut("Ctrl+k")];

  it("are a sequence when one was begun", () => {
    expect(resolve(list, "", "g")).toEqual({ pending: "g" });
    expect(resolve(list, "g", "t").hit?.keys).toBe("g t");
    expect(resolve(list, "", "t").hit?.keys).toBe("t");
    expect(resolve(list, "g", "x").hit).toBeUndefined();
  });

  it("of what came last on the screen win", () => {
    const inner = { ...shortcut("t"), label: "inner" };
    expect(resolve([...list, inner], "", "t").hit).toBe(inner);
  });

  it("know Command as Ctrl", () => {
    expect(keyOf({ key: "K", ctrlKey: false, metaKey: true })).toBe("Ctrl+k");
  });
});

describe("rights", () => {
  const state = (role: "viewer" | "operator" | "admin", isReadOnly = false) => ({
    actor: "a",
    role,
    is_read_only: isReadOnly,
    method: "token" as const,
    expires_at: null,
  });

  it("are those of the role; nobody has any before it is known", () => {
    expect([allows(null, "viewer"), allows(state("viewer"), "operator"), allows(state("admin"), "operator")]).toEqual([
      false,
      false,
      true,
    ]);
    expect(allows(state("operator", true), "operator")).toBe(false);
  });
});

describe("the palette", () => {
  it("finds letters in their order", () => {
    expect([matches("make_picture", "mpic"), matches("make_picture", "xp")]).toEqual([true, false]);
  });

  it("offers a task for what looks like an id, and a search for anything", () => {
    const went: string[] = [];
    const entries = entriesFor("0198abcd-1", { functions: [], shortcuts: [] }, (url) => went.push(url));
    entries.forEach(({ run }) => run());
    expect(went).toEqual(["tasks/0198abcd-1", "tasks?q=0198abcd-1"]);
  });
});

describe("the API's document", () => {
  const endpoint = {
    method: "get",
    path: "/api/v1/tasks/{id}",
    operation: {
      operationId: "x",
      parameters: [
        { name: "id", in: "path" as const },
        { name: "status", in: "query" as const, schema: { type: "array" } },
        { name: "Key", in: "header" as const },
      ],
    },
  };

  it("is filled in with everything encoded", () => {
    expect(fill(endpoint, { id: "a/b", status: "x, y", Key: "k" })).toEqual({
      url: "api/v1/tasks/a%2Fb?status=x&status=y",
      headers: { key: "k" },
    });
  });

  it("gives types and examples", () => {
    const document = {
      openapi: "3.1",
      info: { title: "", version: "" },
      paths: { "/p": { get: endpoint.operation } },
      components: {
        schemas: {
          A: { type: "object", required: ["n"], properties: { n: { type: "integer" }, m: { type: "string" } } },
        },
      },
    };
    expect(typeText({ type: "array", items: { anyOf: [{ $ref: "#/components/schemas/A" }, { type: "null" }] } })).toBe(
      "(A | null)[]",
    );
    expect(example({ $ref: "#/components/schemas/A" }, document)).toEqual({ n: 0 });
    expect([...endpointsOf(document).keys()]).toEqual(["other"]);
  });
});

describe("a refusal", () => {
  it("is told with what is wrong where", () => {
    const error = new ApiError({
      type: "",
      title: "Not valid",
      status: 422,
      detail: "The body is wrong",
      errors: [{ pointer: "/name", message: "is empty" }],
    });
    expect(explain(error)).toEqual({ title: "Not valid", detail: "The body is wrong · /name: is empty" });
  });
});
