import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ToOwner, ToTab } from "../src/live/protocol";
import { Source } from "./source";

const EVENTS_URL = "http://here/api/v1/events";

/** A tab of the browser, as the worker sees it: what it was told, and what it says. */
class Tab {
  readonly heard: ToTab[] = [];
  onmessage: ((message: { data: ToOwner }) => void) | undefined;
  postMessage = (message: ToTab) => this.heard.push(message);
  addEventListener = () => undefined;

  constructor() {
    (self as unknown as { onconnect(event: unknown): void }).onconnect({ ports: [this] });
  }

  say(message: ToOwner): void {
    this.onmessage?.({ data: message });
    vi.advanceTimersByTime(200);
  }

  follow(...topics: string[]): void {
    this.say({ kind: "topics", topics, eventsUrl: EVENTS_URL });
  }

  /** What it was told since it was asked for the last time: states of the link, types of events. */
  news(): string[] {
    return this.heard.splice(0).map((one) => (one.kind === "link" ? one.link.state : one.event.type));
  }
}

const openStreams = () => Source.opened.filter(({ isClosed }) => !isClosed).length;

describe("the stream of all tabs", () => {
  let tab: Tab;

  beforeAll(async () => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Source);
    await import("../src/live/shared-worker");
  });

  beforeEach(() => {
    tab = new Tab();
    tab.follow("tasks");
    Source.last.say("hello", { boot: "b" });
    tab.news();
    return () => {
      tab.say({ kind: "close" });
      vi.advanceTimersByTime(20_000);
    };
  });

  afterAll(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is welcomed with as it stands by who comes later", () => {
    const later = new Tab();
    later.follow("queues");
    expect(later.news()).toEqual(["live", "hello"]);
    later.say({ kind: "close" });
  });

  it("closes at once when a tab wants nothing any more, and greets who follows again with nothing old", () => {
    tab.follow();
    expect(openStreams()).toBe(0);
    tab.follow("tasks");
    expect(tab.news()).toEqual(["connecting"]);
    expect(openStreams()).toBe(1);
  });

  it("does not tell who follows after a login that the control plane is away", () => {
    Source.last.say("bye", { reason: "logged-out" });
    expect(tab.news()).toContain("reconnecting");
    tab.follow();
    vi.advanceTimersByTime(60_000);
    expect(openStreams()).toBe(0);
    tab.follow("tasks");
    expect(tab.news()).toEqual(["connecting"]);
  });

  it("counts from the first failure again once it was closed", () => {
    for (let failure = 0; failure < 5; failure += 1) {
      Source.last.onerror?.();
      vi.advanceTimersByTime(15_000);
    }
    tab.follow();
    tab.follow("tasks");
    tab.heard.length = 0;
    const now = Date.now();
    Source.last.onerror?.();
    const [told] = tab.heard;
    expect(told).toMatchObject({ link: { state: "reconnecting", since: now } });
    expect((told as { link: { retryAt: number } }).link.retryAt - now).toBeLessThan(1_000);
  });

  it("is still open for a page that loads again", () => {
    const opened = Source.opened.length;
    tab.say({ kind: "close" });
    vi.advanceTimersByTime(10_000);
    tab = new Tab();
    tab.follow("tasks");
    expect(tab.news()).toEqual(["live", "hello"]);
    expect(Source.opened).toHaveLength(opened);
  });

  it("is not opened again while no tab is left", () => {
    tab.say({ kind: "close" });
    const opened = Source.opened.length;
    Source.last.say("bye", { reason: "logged-out" });
    vi.advanceTimersByTime(60_000);
    expect(Source.opened).toHaveLength(opened);
    tab = new Tab();
    tab.follow("tasks");
    expect(tab.news()).toEqual(["connecting"]);
  });
});
