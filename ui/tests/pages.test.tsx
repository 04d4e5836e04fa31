// Small things of pages that need no browser.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Attention, Overview, TaskSummary, WorkerPage } from "../src/api/types";
import { isYoung } from "../src/charts/chart";
import { Pager } from "../src/components/pager";
import { curlOf } from "../src/pages/api/try-it";
import { NotFound } from "../src/pages/not-found";
import { hrefOf } from "../src/pages/overview/panels";
import { failedNote, workersNote } from "../src/pages/overview/tiles";
import { Stacks } from "../src/pages/workers/stacks";
import { withWorkers } from "../src/pages/workers/page";
import { navigate } from "../src/router/location";

describe("on a page", () => {
  let root: HTMLElement;

  beforeEach(() => document.body.append((root = document.createElement("div"))));
  afterEach(() => {
    render(null, root);
    root.remove();
    vi.unstubAllGlobals();
  });

  const page = (next: string | null, previous: string | null) =>
    ({ items: Array(100).fill({}), next_cursor: next, prev_cursor: previous, total: { value: 250, relation: "eq" } }) as never;

  it("a list has a pager as soon as there is more than one page of it", async () => {
    await act(() => render(<Pager page={page(null, null)} thing="worker" />, root));
    expect(root.textContent).toBe("");
    await act(() => render(<Pager page={page("on", null)} thing="worker" />, root));
    expect(root.textContent).toContain("100 of 250 workers");
    const [previous, next] = root.querySelectorAll("button");
    expect(previous!.getAttribute("aria-disabled")).toBe("true");
    vi.stubGlobal("scrollTo", () => undefined);
    await act(() => next!.click());
    expect(new URLSearchParams(location.search).get("cursor")).toBe("on");
    await act(() => navigate("/"));
  });

  it("a list on its last page has a way back, and says what it could not count or look at", async () => {
    await act(() => navigate("errors?cursor=last"));
    const capped = { ...(page(null, null) as object), total: { value: 250, relation: "gte" } } as never;
    await act(() => render(<Pager page={capped} thing="group" note="looked at 900" />, root));
    expect(root.textContent).toContain("100 of more than 250 groups · looked at 900");
    vi.stubGlobal("scrollTo", () => undefined);
    await act(() => root.querySelector("button")!.click());
    expect(location.search).toBe("");
    await act(() => render(<Pager page={page(null, null)} thing="task" isAlways />, root));
    expect(root.textContent).toContain("100 of 250 tasks");
    await act(() => navigate("/"));
  });

  it("a page that does not exist has a heading", async () => {
    await act(() => render(<NotFound />, root));
    expect(root.querySelector("h1")!.textContent).toBe("Not found");
  });

  it("a worker is asked where a task is when that is opened, and not before", async () => {
    const asked: string[] = [];
    const told = { stack: null, attempt: 1, worker_id: "w1", run_seconds: 2, as_of: "2026-01-01T00:00:00Z" };
    vi.stubGlobal("fetch", (url: URL) => {
      asked.push(String(url));
      return Promise.resolve(new Response(JSON.stringify(told), { headers: { "content-type": "application/json" } }));
    });
    const task = { id: "one", name: "resize", status: "running", attempts: 1 } as TaskSummary;
    await act(() => render(<Stacks tasks={[task]} />, root));
    const details = root.querySelector("details")!;
    expect([details.textContent, asked]).toEqual(["Stack of resize one", []]);
    await act(async () => {
      details.open = true;
      details.dispatchEvent(new Event("toggle"));
    });
    await vi.waitFor(() => expect(root.textContent).toContain("Its worker knows no stack of it."));
    expect(asked.map((url) => url.split("/api/v1/")[1])).toEqual(["tasks/one/stack"]);
  });
});

it("an event that names the first workers is no page further on", () => {
  const event = { type: "workers", data: { workers: [], more: 0 } } as never;
  const one = { items: [], next_cursor: null, prev_cursor: null } as unknown as WorkerPage;
  expect(withWorkers(event, one)).toBeDefined();
  expect(withWorkers(event, { ...one, prev_cursor: "back" })).toBeUndefined();
});

it("the tiles say how many workers were lost lately, and how many dead letters are kept", () => {
  expect(workersNote({ stuck_slots: 0, workers_lost: 0 })).toBe("all answer");
  expect(workersNote({ stuck_slots: 2, workers_lost: 30 })).toBe("30 lost lately, 2 slots stuck");
  const counts = { failure: 2, lost: 1 } as Overview["counts"];
  expect(failedNote({ failure_ratio: 0.5, counts })).toBe("50%, 3 dead");
  expect(failedNote({ failure_ratio: 0, counts: { ...counts, failure: 0, lost: 0 } })).toMatch(/of the ended$/);
});

it("what needs attention leads to where it can be seen", () => {
  const kinds: [Attention["kind"], string | null, string][] = [
    ["unseen", null, "errors?show=new"],
    ["unseen", "a1b2", "errors/a1b2"],
    ["failing", null, "errors"],
    ["stuck", "w1", "workers/w1"],
    ["worker-lost", "w1", "workers"],
    ["no-worker", "echo", "functions/echo"],
    ["queue-full", null, "queues"],
    ["loop-blocked", null, "system"],
  ];
  for (const [kind, target, url] of kinds) expect(hrefOf({ kind, target })).toBe(url);
});

it("a chart collects until a whole minute of it was seen", () => {
  const seconds = (many: number) => Array.from({ length: many }, (_, second) => second);
  expect([2, 3, 60, 61].map((many) => isYoung(seconds(many)))).toEqual([false, true, true, false]);
  expect(isYoung([0, 60, 120])).toBe(false);
});

it("a copied call carries the token of the shell where one is needed", () => {
  expect(curlOf("api/v1/tasks", "get", {}, null, false)).not.toContain("authorization");
  expect(curlOf("api/v1/tasks", "post", { "if-match": "x" }, "{}", true)).toMatch(
    /^curl -H "authorization: Bearer \$FASTWORKER_TOKEN" -X POST -H 'if-match: x' .*-d '?\{\}'? http/,
  );
});
