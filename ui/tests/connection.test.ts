import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connect } from "../src/live/connection";
import type { Link } from "../src/live/protocol";
import { Source } from "./source";

describe("a page without a SharedWorker", () => {
  const links: Link["state"][] = [];
  let isHidden = false;
  const look = (hidden: boolean) => {
    isHidden = hidden;
    document.dispatchEvent(new Event("visibilitychange"));
    vi.advanceTimersByTime(200);
  };
  const openStreams = () => Source.opened.filter(({ isClosed }) => !isClosed).length;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Source);
    vi.stubGlobal("SharedWorker", undefined);
    vi.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
    Source.opened = [];
    links.length = 0;
    connect({ onLink: ({ state }) => links.push(state), onEvent: () => undefined }).follow(["tasks"]);
    vi.advanceTimersByTime(200);
  });

  afterEach(() => {
    look(true); // it closes what is still open
    isHidden = false;
    vi.restoreAllMocks();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("asks from time to time where the stream never comes through", () => {
    for (let failure = 0; failure < 3; failure += 1) {
      Source.last.onerror?.();
      vi.advanceTimersByTime(5_000);
    }
    expect(links.at(-1)).toBe("polling");
    look(true);
    look(false);
    expect(openStreams()).toBe(0); // it is not tried again and again
  });

  it("closes its own stream while nobody looks, and goes on where it was", () => {
    Source.last.say("hello", { boot: "b", seq: 4 });
    look(true);
    expect(openStreams()).toBe(0);
    vi.advanceTimersByTime(120_000);
    expect(Source.opened).toHaveLength(1);
    look(false);
    expect(openStreams()).toBe(1);
    expect(Source.last.url.search).toBe("?topics=tasks&last_event_id=b-4");
  });

  it("asks from time to time where there are no streams at all", () => {
    vi.stubGlobal("EventSource", undefined);
    links.length = 0;
    connect({ onLink: ({ state }) => links.push(state), onEvent: () => undefined }).follow(["tasks"]);
    expect(links).toEqual(["polling"]);
  });
});
