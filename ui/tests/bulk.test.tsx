// Which tasks a key of the list is for, and what it asks.
import { render } from "preact";
import { useState } from "preact/hooks";
import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { TaskSummary } from "../src/api/types";
import { ConfirmDialog } from "../src/components/confirm";
import { DataTable } from "../src/components/data-table";
import { BulkBar } from "../src/pages/tasks/bulk-bar";
import { targetOf } from "../src/pages/tasks/bulk-target";
import { type Filter, NO_FILTER } from "../src/pages/tasks/filter";
import { navigate } from "../src/router/location";
import { session } from "../src/state/session";
import { startShortcuts } from "../src/state/shortcuts";
import { Toasts } from "../src/shell/toasts";
import { toasts } from "../src/state/toasts";

const FAILED = { ...NO_FILTER, status: ["failure"] };
const set = (...ids: string[]) => new Set(ids);

describe("what is acted on", () => {
  it.each([
    ["nothing", set(), undefined, false, FAILED, null],
    ["nothing, whatever was said before", set(), undefined, true, FAILED, null],
    ["the current row", set(), "a", false, FAILED, { ids: ["a"] }],
    ["the current row, whatever was said before", set(), "a", true, NO_FILTER, { ids: ["a"] }],
    ["the selected rows, not the current", set("a", "b"), "c", false, FAILED, { ids: ["a", "b"] }],
    ["all that match", set("a", "b"), "c", true, FAILED, { filter: { status: ["failure"] } }],
    ["all", set("a", "b"), undefined, true, NO_FILTER, { filter: {} }],
  ])("is %s", (_, ids, current, isAll, filter, target) => {
    expect(targetOf({ ids, current, isAll }, filter)).toEqual(target);
  });
});

describe("in the list of tasks", () => {
  const rows = ["a", "b"].map((id) => ({ id, name: `resize_${id}`, priority: "normal" }) as TaskSummary);
  const asked: [path: string, body: Record<string, unknown>][] = [];
  let root: HTMLElement;
  let possible: number;

  function List({ filter }: { filter: Filter }) {
    const [ids, change] = useState<ReadonlySet<string>>(set());
    const selection = { ids, change };
    return (
      <>
        <BulkBar filter={filter} selection={selection} rows={rows} total={{ value: 12_000, relation: "eq" }} />
        <DataTable caption="Tasks" columns={[]} rows={rows} idOf={({ id }) => id} selection={selection} isWalked />
        <ConfirmDialog />
        <Toasts />
      </>
    );
  }
  const show = (filter: Filter = NO_FILTER) => act(() => render(<List filter={filter} />, root));
  const box = (name: string) => act(() => root.querySelector<HTMLElement>(`[aria-label="${name}"]`)!.click());
  const button = (text: string) =>
    act(() => [...root.querySelectorAll("button")].find(({ textContent }) => textContent?.includes(text))!.click());
  const press = (key: string) => act(() => void document.dispatchEvent(new KeyboardEvent("keydown", { key })));
  const said = () => root.querySelector("[aria-label='Selected tasks'] b")?.textContent;
  const dialog = async () => {
    await vi.waitFor(() => expect(root.querySelector("dialog")).not.toBeNull());
    return root.querySelector("dialog")!;
  };
  const targets = () => asked.map(([, { ids, filter }]) => ids ?? filter);

  beforeAll(startShortcuts);
  beforeEach(async () => {
    session.value = { method: "loopback", role: "operator" } as typeof session.value;
    vi.stubGlobal("scrollTo", () => undefined);
    vi.stubGlobal("fetch", (url: string | URL, { body }: RequestInit) => {
      asked.push([String(url).replace(/^.*api\/v1\//, ""), JSON.parse(String(body))]);
      return Promise.resolve(Response.json({ matching: 1, possible, before: "normal" }));
    });
    possible = 1;
    asked.length = 0;
    toasts.value = [];
    await act(() => navigate("tasks"));
    document.body.append((root = document.createElement("div")));
    await show();
  });
  afterEach(async () => {
    await act(() => root.querySelector<HTMLElement>("dialog footer button")?.click());
    await act(() => render(null, root));
    root.remove();
    vi.unstubAllGlobals();
    await act(() => navigate("/"));
  });

  it("a key on one row is for that row, after all that match were selected and then none", async () => {
    await box("Select all rows of this page");
    await button("Select all 12,000 matching");
    expect(said()).toBe("All 12,000 that match");
    await box("Select all rows of this page");
    await press("j");
    await press("D");
    await dialog();
    expect(targets()).toEqual([["a"]]);
  });

  it("one row less than all that match is the rows of this page that are left", async () => {
    await box("Select all rows of this page");
    await button("Select all 12,000 matching");
    await box("Select b");
    expect(said()).toBe("1 task selected");
    await press("c");
    await dialog();
    expect(targets()).toEqual([["a"]]);
  });

  it("another filter is not the one of which all were selected", async () => {
    await box("Select all rows of this page");
    await button("Select all 12,000 matching");
    await show(FAILED);
    expect(said()).toBe("2 tasks selected");
  });

  it("all that match are asked for by the filter", async () => {
    await show(FAILED);
    await box("Select all rows of this page");
    await button("Select all 12,000 matching");
    await press("R");
    await dialog();
    expect(targets()).toEqual([{ status: ["failure"] }]);
  });

  it.each([
    ["c", "Cancel resize_a?", "Cancel the task"],
    ["R", "Retry resize_a?", "Retry the task"],
    ["D", "Delete resize_a?", "Delete the task"],
    ["p", "Set the priority of resize_a", "Set the priority"],
  ])("of one task its name is the question: %s", async (key, title, verb) => {
    await press("j");
    await press(key);
    const { textContent } = await dialog();
    expect(textContent).toContain(title);
    expect(textContent).toContain(verb);
    expect(textContent).not.toContain("1 task");
  });

  it("of one task that is selected, too, and where it is not possible", async () => {
    possible = 0;
    await box("Select b");
    await press("R");
    await vi.waitFor(() => expect(toasts.value.map(({ text }) => text)).toEqual(["Retry resize_b: not possible"]));
  });

  it("the priority of one task is set at once, with a way back", async () => {
    await press("j");
    await press("p");
    await dialog();
    await button("Set the priority");
    await vi.waitFor(() => expect(toasts.value.at(-1)?.action?.label).toBe("Undo"));
    expect(asked).toEqual([["tasks/a/actions/priority", { priority: "high" }]]);
  });
});
