import { render } from "preact";
import { act } from "preact/test-utils";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { HelloEvent, Overview, SessionState } from "../src/api/types";
import { link, startLive } from "../src/live/live";
import { Banner } from "../src/shell/banner";
import { LiveChip } from "../src/shell/live-chip";
import { now, serverNow } from "../src/state/clock";
import { session } from "../src/state/session";
import { Source } from "./source";

const HELLO: HelloEvent = { boot: "b", seq: 1, version: "1.0", is_read_only: false, topics: ["overview"] };
let overview: Partial<Overview>;

function answer(): Promise<Response> {
  return Promise.resolve(new Response(JSON.stringify(overview), { headers: { "content-type": "application/json" } }));
}

describe("above every page", () => {
  let root: HTMLElement;
  const text = () => root.querySelector(".banners")?.textContent ?? "";
  const chip = () => root.querySelector(".live-chip")?.textContent;
  const pass = (milliseconds: number) => act(async () => void (await vi.advanceTimersByTimeAsync(milliseconds)));
  const say = (type: string, data: unknown) => act(() => Source.last.say(type, data));
  const tell = (about: Partial<Overview>) => say("overview", { topic: "overview", overview: { ...overview, ...about } });

  beforeAll(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Source);
    vi.stubGlobal("SharedWorker", undefined);
    vi.stubGlobal("fetch", answer);
    startLive();
  });

  beforeEach(async () => {
    overview = { attention: [], is_draining: false };
    session.value = null;
    root = document.createElement("div");
    await act(() =>
      render(
        <>
          <Banner />
          <LiveChip />
        </>,
        root,
      ),
    );
    await pass(500);
    await say("hello", HELLO);
    await pass(100);
  });

  afterEach(() => act(() => render(null, root)));
  afterAll(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("stands nothing while nothing is the matter", () => {
    expect([text(), chip()]).toEqual(["", "Live"]);
  });

  it("stands that the control plane stops, or what is paused", async () => {
    await tell({ is_draining: true });
    expect(text()).toContain("it takes no more tasks");
    await tell({ attention: [{ kind: "paused", message: "email is paused", target: "email", count: 1 }] });
    expect(text()).toBe("email is paused");
  });

  it("stands that one may only look", async () => {
    await act(() => void (session.value = { actor: "ada", role: "viewer", is_read_only: true } as SessionState));
    expect(text()).toContain("Read-only");
  });

  it("stands that another version runs now, and the page can be loaded again", async () => {
    const reload = vi.spyOn(window.location, "reload").mockImplementation(() => undefined);
    await say("hello", { ...HELLO, version: "1.1" });
    expect(text()).toContain("now runs version 1.1");
    await act(() => root.querySelector<HTMLButtonElement>(".banner.accent button")?.click());
    expect(reload).toHaveBeenCalledOnce();
    await say("hello", HELLO);
    expect(text()).toBe("");
  });

  it("stands since when nobody answers, after a moment", async () => {
    await act(() => Source.last.onerror?.());
    expect(text()).toBe("");
    await pass(100);
    await act(() => void (now.value = serverNow() + 2_000));
    expect(text()).toContain("The control plane is unreachable since");
    expect(chip()).toContain("Reconnecting");
    await pass(1_000);
  });

  it("stands that what is shown is old, should a live stream tell nothing", async () => {
    await tell({});
    await act(() => void (now.value = serverNow() + 11_000));
    expect([link.value.state, chip()]).toEqual(["live", "Stale"]);
    await act(() => void (now.value = serverNow()));
    expect(chip()).toBe("Live");
  });
});
