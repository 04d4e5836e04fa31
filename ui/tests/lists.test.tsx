// Lists that come in pages: what of them the URL keeps, and what is said where a page has nothing.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../src/api/problem";
import type { TaskSummary, Worker } from "../src/api/types";
import { Failure } from "../src/components/kept";
import { Tabs } from "../src/components/tabs";
import { startLive } from "../src/live/live";
import { NO_FILTER } from "../src/pages/tasks/filter";
import { Pill } from "../src/pages/tasks/page";
import { type Rows, useRows } from "../src/pages/tasks/rows";
import { Alone } from "../src/pages/workers/page";
import { navigate } from "../src/router/location";
import { announcement } from "../src/state/announcer";
import { Source } from "./source";

let root: HTMLElement;
const show = (element: preact.JSX.Element) => act(() => render(element, root));
const button = (text: string) =>
  act(() => [...root.querySelectorAll("button")].find(({ textContent }) => textContent === text)!.click());

let answer: unknown = {};

beforeEach(() => {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(answer)));
  document.body.append((root = document.createElement("div")));
});
afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  await act(() => navigate("/"));
});

describe("another tab", () => {
  const choices = [
    { value: "operations", label: "Operations" },
    { value: "audit", label: "Audit" },
  ];

  it("begins at the first page of its own list", async () => {
    await act(() => navigate("system?utc=1&cursor=of-operations&operation=o1&from=50&row=r"));
    await show(<Tabs name="tab" label="About" choices={choices} />);
    await button("Audit");
    expect(location.search).toBe("?utc=1&tab=audit");
  });
});

describe("a cursor that is refused", () => {
  const of = (kind: string) => new ApiError({ type: `/problems/${kind}`, title: "No", status: 400 });

  it("leads to the first page, for it would be refused again", async () => {
    await act(() => navigate("system?tab=audit&cursor=stale&row=r"));
    await show(<Failure error={of("invalid-cursor")} retry={() => undefined} />);
    expect(root.textContent).not.toContain("Try again");
    await button("First page");
    expect(location.search).toBe("?tab=audit");
  });

  it("is told from what else may be refused", async () => {
    await show(<Failure error={of("invalid-parameter")} retry={() => undefined} />);
    expect(root.textContent).toContain("Try again");
    expect(root.textContent).not.toContain("First page");
  });
});

describe("without subworkers", () => {
  const own = { id: "control-plane", kind: "control-plane", slots: 4 } as Worker;

  it("the first page says how to add one", async () => {
    await show(<Alone workers={[own]} />);
    expect(root.textContent).toContain("The control plane runs the tasks itself (4 slots)");
    await show(<Alone workers={[]} />);
    expect(root.textContent).toContain("No worker");
    await show(<Alone workers={[own, { ...own, kind: "subworker" }]} />);
    expect(root.textContent).toBe("");
  });

  it("a later page knows nothing of the others, and when it is empty leads to the first", async () => {
    await act(() => navigate("workers?cursor=second"));
    await show(<Alone workers={[own]} />);
    expect(root.textContent).toBe("");
    await show(<Alone workers={[]} />);
    expect(root.textContent).toContain("No worker is left on this page");
    expect(root.textContent).not.toContain("fastworker subworker");
    await button("First page");
    expect(location.search).toBe("");
  });
});

describe("a list of which only the server knows what belongs to it", () => {
  const row = (id: string, at: string) => ({ id, submitted_at: at, status: "failure", tags: [] }) as unknown as TaskSummary;
  const page = { items: [row("a", "2026-11-21T12:00:00Z")], total: { value: 1, relation: "eq" } };
  const said: string[] = [];
  let rows: Rows;

  function List() {
    rows = useRows({ ...NO_FILTER, q: "needle" }, { order: "", cursor: "" });
    return <Pill rows={rows} />;
  }

  beforeAll(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Source);
    vi.stubGlobal("SharedWorker", undefined);
    startLive();
    return () => void vi.useRealTimers();
  });

  it("may have changed, which is said once, and nothing is counted", async () => {
    const pass = (milliseconds: number) => act(async () => void (await vi.advanceTimersByTimeAsync(milliseconds)));
    answer = page;
    await show(<List />);
    await pass(500);
    await act(() => Source.last.say("hello", { boot: "b", version: "1" }));
    await pass(500);
    expect(root.textContent).toBe("");
    const stop = announcement.subscribe((text) => void said.push(text));
    said.length = 0;
    for (const id of ["b", "c"]) {
      const changed = [row(id, "2026-11-21T12:00:01Z")];
      await act(() => Source.last.say("tasks", { changed, more: 0, deleted: [], more_deleted: 0 }, `b-${id}`));
      await pass(20_000);
    }
    stop();
    expect(said).toEqual(["the list may have changed"]);
    expect(root.textContent).toBe("▲ The list may have changed");
    await button("▲ The list may have changed");
    await pass(500);
    expect(root.textContent).toBe("");
  });
});
