// The log and the steps of a task, each on its own tab.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Task, TaskStep, TaskStepPage } from "../src/api/types";
import { lineCount, Log, Steps, useLines } from "../src/pages/task/steps";
import { navigate } from "../src/router/location";

const PAGE_SIZE = 200;
const LINES = 250;
const moment = (number: number) => new Date(number * 1_000).toISOString();
const step = (number: number): TaskStep => ({
  number,
  at: moment(number),
  attempt: 1,
  status: null,
  progress: null,
  line: null,
});

/** A task that was begun, said 250 lines and ended: the newest step first, as the API gives them. */
const KEPT = [
  { ...step(1), status: "running" },
  ...Array.from({ length: LINES }, (_, index) => ({
    ...step(index + 2),
    line: { level: "info", logger: "shop", message: `line ${index + 1}.` },
  })),
  { ...step(LINES + 2), status: "success" },
].reverse() as TaskStep[];

/** Answer as the API does: a page of the kinds that were asked for; the cursor is a place in them. */
function answer(url: URL): TaskStepPage {
  const kinds = url.searchParams.getAll("kind") as ("status" | "progress" | "line")[];
  const found = KEPT.filter((one) => kinds.length === 0 || kinds.some((kind) => one[kind] !== null));
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const limit = Number(url.searchParams.get("limit"));
  return {
    items: found.slice(from, from + limit),
    next_cursor: from + limit < found.length ? String(from + limit) : null,
    prev_cursor: null,
    total: { value: found.length, relation: "eq" },
    as_of: moment(1_000),
  } as TaskStepPage;
}

const TASK = {
  id: "one",
  transitions: [{ at: moment(1), status: "running", attempt: 1, worker_id: "w1" }],
  history: [],
  attempts: 1,
  taken_actions: [{ at: moment(0), action: "set priority", by: "ann", before: "normal", after: "high" }],
} as unknown as Task;

function Told(): preact.JSX.Element {
  const lines = useLines("one", []);
  return (
    <>
      <h2>Log {lineCount(lines)}</h2>
      <Log id="one" latest={lines} />
    </>
  );
}

describe("a task that has logged more lines than fit on a page", () => {
  let root: HTMLElement;

  beforeEach(() => {
    document.body.append((root = document.createElement("div")));
    const answered = (url: string | URL) =>
      new Response(JSON.stringify(answer(new URL(url, document.baseURI))), {
        headers: { "content-type": "application/json" },
      });
    vi.stubGlobal("fetch", (url: string | URL) => Promise.resolve(answered(url)));
    vi.stubGlobal("scrollTo", () => undefined);
  });

  afterEach(async () => {
    await act(() => render(null, root));
    root.remove();
    await act(() => navigate("/"));
    vi.unstubAllGlobals();
  });

  const show = async (what: preact.JSX.Element, text: string) => {
    await act(() => render(what, root));
    await shows(text);
  };
  const shows = (text: string) => vi.waitFor(() => expect(root.textContent).toContain(text));
  const button = (name: string) => [...root.querySelectorAll("button")].find((one) => one.textContent?.includes(name))!;
  const lines = () => [...root.querySelectorAll(".log span")].map((one) => one.textContent);
  const isRefused = (name: string) => button(name).getAttribute("aria-disabled") === "true";

  it("still shows the steps that are kept, under their own numbers, with what people did", async () => {
    await show(<Steps task={TASK} topics={[]} />, "success");
    const rows = [...root.querySelectorAll("tbody tr")].map((row) =>
      [...row.querySelectorAll("td")].filter((_, index) => index !== 1).map((cell) => cell.textContent!.trim()),
    );
    expect(rows).toEqual([
      ["", "", "ann", "set priority: normal → high"],
      ["1", "1", "w1", "running"],
      [`${LINES + 2}`, "1", "control plane", "success"],
    ]);
    expect(root.querySelector(".pager")).toBeNull();
  });

  it("counts its lines, and leads from the latest to older ones and back", async () => {
    await show(<Told />, `${PAGE_SIZE} of ${LINES} log lines`);
    expect(root.querySelector("h2")!.textContent).toBe(`Log ${LINES}`);
    expect([lines().length, lines()[0], lines().at(-1)]).toEqual([PAGE_SIZE, "line 51.", "line 250."]);
    expect([isRefused("Older"), isRefused("Latest")]).toEqual([false, true]);
    await act(() => button("Older").click());
    await shows(`50 of ${LINES} log lines`);
    expect([lines().length, lines()[0], lines().at(-1)]).toEqual([50, "line 1.", "line 50."]);
    expect([isRefused("Older"), isRefused("Latest")]).toEqual([true, false]);
    await act(() => button("Latest").click());
    await shows("line 250.");
    expect([location.search, isRefused("Latest")]).toEqual(["", true]);
  });
});
