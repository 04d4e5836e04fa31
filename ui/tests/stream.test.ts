import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Link, LiveEvent } from "../src/live/protocol";
import { Stream } from "../src/live/stream";
import { Source } from "./source";

const URL_OF_EVENTS = "http://here/api/v1/events";
const last = () => Source.last;

describe("the stream", () => {
  const links: Link[] = [];
  const events: LiveEvent[] = [];
  const blocked = vi.fn();
  let stream: Stream;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Source);
    Source.opened = [];
    links.length = 0;
    events.length = 0;
    blocked.mockClear();
    stream = new Stream({
      onLink: (link) => links.push(link),
      onEvent: (event) => events.push(event),
      onBlocked: blocked,
    });
    stream.follow(["tasks", "overview", "tasks"], URL_OF_EVENTS);
    vi.advanceTimersByTime(200);
  });

  afterEach(() => {
    stream.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("asks once for all topics", () => {
    expect(Source.opened).toHaveLength(1);
    expect(last().url.searchParams.get("topics")).toBe("overview,tasks");
  });

  it("is live from the hello on, and passes events on", () => {
    last().say("hello", { boot: "b" });
    last().say("tasks", { more: 0 }, "b-7");
    expect(links).toEqual([{ state: "live" }]);
    expect(events.map(({ type }) => type)).toEqual(["hello", "tasks"]);
  });

  it("goes on after the last event when other topics are wanted", () => {
    last().say("hello", {});
    last().say("tasks", {}, "b-7");
    stream.follow(["queues"], URL_OF_EVENTS);
    vi.advanceTimersByTime(200);
    expect(Source.opened[0]!.isClosed).toBe(true);
    expect(last().url.search).toBe("?topics=queues&last_event_id=b-7");
  });

  it("goes on after the hello when no event has come yet", () => {
    last().say("hello", { boot: "b", seq: 4 });
    stream.follow(["queues"], URL_OF_EVENTS);
    vi.advanceTimersByTime(200);
    expect(last().url.searchParams.get("last_event_id")).toBe("b-4");
  });

  it("waits longer each time that it fails, up to a bound, and never stops trying", () => {
    last().say("hello", {});
    for (let failure = 0; failure < 30; failure += 1) {
      last().onerror?.();
      vi.advanceTimersByTime(15_000);
    }
    expect(Source.opened).toHaveLength(31);
    expect(links.at(-1)).toMatchObject({ state: "reconnecting" });
    expect(blocked).not.toHaveBeenCalled();
  });

  it("says when it seems to be blocked from the start", () => {
    for (let failure = 0; failure < 3; failure += 1) {
      last().onerror?.();
      vi.advanceTimersByTime(15_000);
    }
    expect(blocked).toHaveBeenCalledOnce();
  });

  it("opens again when nothing was heard for too long", () => {
    last().say("hello", {});
    vi.advanceTimersByTime(60_000);
    expect(Source.opened.length).toBeGreaterThan(1);
  });

  it("comes back soon after a bye", () => {
    last().say("hello", {});
    last().say("bye", { reason: "stopping" });
    expect(links.at(-1)).toMatchObject({ state: "reconnecting" });
    vi.advanceTimersByTime(1_000);
    expect(Source.opened).toHaveLength(2);
  });

  it("does not open again once it is closed", () => {
    stream.close();
    vi.advanceTimersByTime(120_000);
    expect(Source.opened).toHaveLength(1);
  });

  it("survives data that is no JSON", () => {
    last().hear("tasks", "{");
    expect(events.at(-1)).toEqual({ type: "tasks", data: null });
  });
});
