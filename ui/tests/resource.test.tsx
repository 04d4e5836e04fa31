import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startLive } from "../src/live/live";
import { type Freshness, type Resource, useResource } from "../src/live/resource";
import { Source } from "./source";

interface Answer {
  status: number;
  body?: unknown;
  etag?: string;
}

let answers: (Answer | "gone")[] = [];
const asked: { url: string; etag: string | null }[] = [];

function answer(url: string, { headers }: { headers: Record<string, string> }): Promise<Response> {
  asked.push({ url, etag: headers["if-none-match"] ?? null });
  const next = answers.length > 1 ? answers.shift()! : answers[0]!;
  if (next === "gone") return Promise.reject(new TypeError("failed to fetch"));
  const { status, body, etag } = next;
  const type = status < 400 ? "application/json" : "application/problem+json";
  const text = status === 304 ? null : JSON.stringify(body);
  return Promise.resolve(new Response(text, { status, headers: { "content-type": type, ...(etag ? { etag } : {}) } }));
}

interface Item {
  n: number;
}

let number = 0;

describe("a resource", () => {
  let seen: Resource<Item>;
  let root: HTMLElement;
  let path: string;

  const Show = ({ of, freshness }: { of: string; freshness: Freshness<Item> }) => {
    seen = useResource<Item>(of, freshness);
    return null;
  };
  const show = (freshness: Freshness<Item> = {}) =>
    act(() => render(<Show of={path} freshness={{ topics: ["tasks"], ...freshness }} />, root));
  const pass = (milliseconds: number) => act(async () => void (await vi.advanceTimersByTimeAsync(milliseconds)));

  beforeAll(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Source);
    vi.stubGlobal("fetch", answer);
    vi.stubGlobal("SharedWorker", undefined);
    startLive();
  });

  beforeEach(async () => {
    path = `things/${(number += 1)}`;
    root = document.createElement("div");
    asked.length = 0;
    answers = [{ status: 200, body: { n: 1 }, etag: 'W/"1"' }];
    await pass(500);
    Source.last.say("hello", { boot: "b", version: "1" });
    await show();
    await pass(100);
  });

  afterEach(() => act(() => render(null, root)));

  it("is asked for once and shown", () => {
    expect(seen).toMatchObject({ data: { n: 1 }, error: null, isLoading: false, isStale: false });
    expect(asked).toHaveLength(1);
  });

  it("is asked for again by events, at most once per pace, with what is known", async () => {
    answers = [{ status: 304 }];
    for (let event = 0; event < 10; event += 1) Source.last.say("tasks", { changed: [] });
    await pass(1_500);
    expect(asked).toHaveLength(2);
    expect(asked[1]!.etag).toBe('W/"1"');
    expect(seen.data).toEqual({ n: 1 });
  });

  it("does not care for events of other topics", async () => {
    Source.last.say("queues", {});
    await pass(3_000);
    expect(asked).toHaveLength(1);
  });

  it("takes what an event says without asking", async () => {
    await act(() => render(null, root));
    await show({ apply: (event) => event.data as Item });
    await pass(100);
    const before = asked.length;
    await act(() => Source.last.say("tasks", { n: 7, topic: "tasks" }));
    await pass(2_000);
    expect([seen.data?.n, asked.length]).toEqual([7, before]);
  });

  it("stays on the screen while nobody answers, and comes back by itself", async () => {
    answers = ["gone"];
    await act(() => seen.refresh());
    await pass(100);
    expect(seen).toMatchObject({ data: { n: 1 }, isStale: true });
    answers = [{ status: 200, body: { n: 2 } }];
    await pass(6_000);
    expect(seen).toMatchObject({ data: { n: 2 }, isStale: false, error: null });
  });

  it("is taken away when the API says that it is gone, and is not asked for again", async () => {
    answers = [{ status: 410, body: { title: "Forgotten", status: 410 } }];
    await act(() => seen.refresh());
    await pass(100);
    expect(seen).toMatchObject({ data: null, error: { status: 410 } });
    const before = asked.length;
    await pass(30_000);
    expect(asked).toHaveLength(before);
  });

  it("is asked for again when events may have been missed", async () => {
    await pass(100);
    Source.last.say("reset", {});
    await pass(100);
    expect(asked).toHaveLength(2);
  });

  it("is left alone when it is off the screen", async () => {
    await act(() => render(null, root));
    Source.last.say("tasks", {});
    await pass(10_000);
    expect(asked).toHaveLength(1);
  });
});
