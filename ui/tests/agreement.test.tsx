import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BulkAction, Operation, Queue, Worker } from "../src/api/types";
import { ConfirmDialog } from "../src/components/confirm";
import { editLimits } from "../src/components/limiting";
import { pauseAgain } from "../src/components/pausing";
import { runBulk } from "../src/pages/tasks/bulk";
import { say } from "../src/pages/errors/triage";
import { StopOperation } from "../src/pages/system/operations";
import { tellWorker, WORKER_ACTIONS } from "../src/pages/workers/actions";
import { Toasts } from "../src/shell/toasts";
import { session } from "../src/state/session";
import { startShortcuts } from "../src/state/shortcuts";
import { toasts } from "../src/state/toasts";

let root: HTMLElement;
let possible = 1;
const asked: [path: string, body: unknown][] = [];
const seen: (string | null)[] = [];

beforeEach(async () => {
  asked.length = 0;
  toasts.value = [];
  seen.length = 0;
  vi.stubGlobal("fetch", (url: string | URL, { body, headers }: RequestInit) => {
    asked.push([String(url).replace(/^.*api\/v1\//, ""), body ? JSON.parse(String(body)) : null]);
    seen.push(new Headers(headers).get("if-match"));
    return Promise.resolve(Response.json({ matching: possible, possible, version: "p2", limits_version: "l2" }));
  });
  document.body.append((root = document.createElement("div")));
  await act(() => render(<><ConfirmDialog /><Toasts /></>, root));
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

/** What has to be typed before so many tasks are acted on; empty when nothing has. */
async function typed(action: BulkAction, number: number): Promise<string> {
  possible = number;
  const begun = runBulk({ action, ...(action === "priority" ? { priority: "low" as const } : {}) }, { ids: ["t1"] });
  await vi.waitFor(() => expect(root.querySelector("dialog")).not.toBeNull());
  const word = root.querySelector("dialog label b")?.textContent ?? "";
  const [, verb] = [...root.querySelectorAll<HTMLElement>("dialog footer button")];
  expect(verb?.getAttribute("aria-disabled")).toBe(word ? "true" : null);
  await act(() => void root.querySelector<HTMLElement>("dialog footer button")!.click());
  expect(await begun).toBe(false);
  return word;
}

describe("what has to be typed before tasks are acted on", () => {
  it.each(["retry", "priority"] as const)("is their number for more than 100, where there is a way back: %s", async (action) => {
    expect(await typed(action, 100)).toBe("");
    expect(await typed(action, 101)).toBe("101");
  });

  it.each(["cancel", "delete"] as const)("is their number for more than one, where there is none: %s", async (action) => {
    expect(await typed(action, 1)).toBe("");
    expect(await typed(action, 2)).toBe("2");
    expect(await typed(action, 101)).toBe("101");
  });
});

describe("taking back", () => {
  const press = (key: string, repeat = false) =>
    act(() => void document.dispatchEvent(new KeyboardEvent("keydown", { key, repeat })));
  const worker = { id: "w1", slots: 4, ordered_slots: null } as Worker;

  it("mutes again what was unmuted, by a key, once", async () => {
    startShortcuts();
    await act(async () => void (await say({ fingerprint: "f1" }, "unmute", () => undefined)));
    await press("U");
    await vi.waitFor(() => expect(asked.map(([path]) => path)).toEqual(["errors/f1/unmute", "errors/f1/mute"]));
    await vi.waitFor(() => expect(toasts.value.map(({ text }) => text)).toEqual(["It is taken back"]));
    await press("U");
    expect(asked).toHaveLength(2);
  });

  it("is of the last step, once, however long the key is held", async () => {
    for (const fingerprint of ["f1", "f2"])
      await act(async () => void (await say({ fingerprint }, "mute", () => undefined)));
    await press("U");
    await press("U", true);
    await press("U", true);
    await vi.waitFor(() => expect(toasts.value.at(-1)!.text).toBe("It is taken back"));
    expect(asked.map(([path]) => path)).toEqual(["errors/f1/mute", "errors/f2/mute", "errors/f2/unmute"]);
  });

  it("gives a queue its limits back by the key, not what was done before, by what is known of the limits", async () => {
    const limits = { at_once: 5, per_second: null, set_at: "2026-11-22T12:00:00Z", set_by: "ann" };
    const queue = { priority: "normal", limits, version: "p1", limits_version: "l1" } as Queue;
    await act(async () => void (await say({ fingerprint: "f1" }, "mute", () => undefined)));
    const set = editLimits(queue, () => undefined);
    await vi.waitFor(() => expect(root.querySelector("dialog input")).not.toBeNull());
    const [atOnce] = root.querySelectorAll<HTMLInputElement>("dialog input");
    await act(() => {
      atOnce!.value = "7";
      atOnce!.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await act(() => root.querySelector("form")!.requestSubmit());
    await act(() => set);
    await press("U");
    await vi.waitFor(() => expect(toasts.value.at(-1)!.text).toBe("It is taken back"));
    expect(asked).toEqual([
      ["errors/f1/mute", null],
      ["queues/normal/limits", { at_once: 7, per_second: null }],
      ["queues/normal/limits", { at_once: 5, per_second: null }],
    ]);
    expect(seen).toEqual([null, '"l1"', '"l2"']);
  });

  it("gives a worker the slots that it was told to have, if it has not obeyed yet", async () => {
    await act(() => tellWorker(WORKER_ACTIONS.resize, { ...worker, ordered_slots: 8 }, { slots: "16" }, () => undefined));
    toasts.value.at(-1)!.action!.run();
    await vi.waitFor(() => expect(asked).toEqual([["workers/w1/resize", { slots: 8 }]]));
  });

  it("is not offered for what was seen", async () => {
    await act(async () => void (await say({ fingerprint: "f1" }, "seen", () => undefined)));
    expect(toasts.value.map(({ action }) => action)).toEqual([undefined]);
  });

  it("gives a worker the slots that it had, and has one stay that drains", async () => {
    await act(() => tellWorker(WORKER_ACTIONS.resize, worker, { slots: "9" }, () => undefined));
    toasts.value.at(-1)!.action!.run();
    await act(() => tellWorker(WORKER_ACTIONS.drain, worker, {}, () => undefined));
    expect(toasts.value.at(-1)!.detail).toContain("until the worker has left");
    toasts.value.at(-1)!.action!.run();
    await vi.waitFor(() =>
      expect(asked).toEqual([
        ["workers/w1/resize", { slots: 4 }],
        ["workers/w1/resume", null],
      ]),
    );
    await act(() => tellWorker(WORKER_ACTIONS.shutDown, worker, { grace: "30" }, () => undefined));
    expect(toasts.value.at(-1)!.action).toBeUndefined();
  });

  it("pauses for the time that is left of a pause", () => {
    const pause = { paused_by: "ann", reason: "rest", paused_at: "2026-11-22T12:00:00Z", until: "2026-11-22T12:10:00Z" };
    const now = Date.parse("2026-11-22T12:04:00Z");
    expect(pauseAgain(pause, now)).toEqual({ reason: "rest", seconds: 360 });
    expect(pauseAgain({ ...pause, until: null }, now)).toEqual({ reason: "rest" });
  });
});

describe("a bulk action", () => {
  const operation = { id: "o1", state: "waiting", finished_at: null } as Operation;
  const show = (one: Operation) => act(() => render(<StopOperation operation={one} done={() => undefined} />, root));

  it("can be stopped while it waits or runs, and not when it is over", async () => {
    session.value = { method: "loopback", role: "operator" } as typeof session.value;
    await show(operation);
    await act(() => void root.querySelector("button")!.click());
    await vi.waitFor(() => expect(asked).toEqual([["operations/o1/cancel", null]]));
    await show({ ...operation, state: "running" });
    expect(root.textContent).toContain("Stop");
    await show({ ...operation, state: "done", finished_at: "2026-11-22T12:00:00Z" });
    expect(root.textContent).toBe("");
  });
});
