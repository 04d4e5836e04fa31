import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { link, startLive, subscribe } from "../src/live/live";
import { isLockedOut, loadSession, session } from "../src/state/session";
import { Source } from "./source";

const ADA = { actor: "ada", role: "operator", is_read_only: false };
const asked: string[] = [];
let answer: () => Response | Promise<Response>;

const as = (status: number, body: unknown) => () =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const refused = as(401, { title: "Who are you?", status: 401 });
const gone = () => Promise.reject(new TypeError("failed to fetch"));
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const sessions = () => asked.filter((url) => url.endsWith("/session")).length;
const openStreams = () => Source.opened.filter(({ isClosed }) => !isClosed).length;

describe("a session that ends", () => {
  beforeAll(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Source);
    vi.stubGlobal("SharedWorker", undefined);
    vi.stubGlobal("fetch", (url: string) => (asked.push(url), Promise.resolve().then(answer)));
    startLive();
  });

  beforeEach(async () => {
    answer = as(200, ADA);
    await loadSession();
    await pass(500);
    Source.last.say("hello", { boot: "b", version: "1" });
    asked.length = 0;
  });

  afterAll(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("shows the login when the stream says that it is over, and then asks for nothing more", async () => {
    answer = refused;
    Source.last.say("bye", { reason: "logged-out" });
    await pass(100);
    expect([isLockedOut.value, sessions()]).toEqual([true, 1]);
    await pass(120_000);
    expect([sessions(), openStreams()]).toEqual([1, 0]);
  });

  it("shows the login when a control plane that comes back does not know it", async () => {
    answer = gone;
    Source.last.onerror?.();
    await pass(100);
    expect([isLockedOut.value, link.value.state]).toEqual([false, "reconnecting"]);
    answer = refused;
    await pass(1_000);
    Source.last.onerror?.();
    await pass(100);
    expect(isLockedOut.value).toBe(true);
    expect(link.value.state).toBe("connecting"); // nobody is away
  });

  it("is asked for once per opening that fails while nobody answers, and no login is shown", async () => {
    answer = gone;
    for (let failure = 1; failure <= 3; failure += 1) {
      Source.last.onerror?.();
      await pass(20);
      expect(sessions()).toBe(failure);
      await pass(15_000);
    }
    expect(isLockedOut.value).toBe(false);
  });

  it("is followed again at once after the login, with what the page follows", async () => {
    answer = refused;
    Source.last.onerror?.();
    await pass(30_000);
    const leave = subscribe({ topics: ["queues"], onEvent: () => undefined, onReset: () => undefined });
    answer = as(200, ADA);
    await loadSession();
    await pass(200);
    expect(openStreams()).toBe(1);
    expect(Source.last.url.searchParams.get("topics")).toBe("overview,queues");
    Source.last.say("hello", { boot: "b", version: "1" });
    expect(link.value.state).toBe("live");
    leave();
    await pass(200);
  });

  it("that an older answer denies is not taken away from who has logged in since", async () => {
    let refuse = (_: Response) => undefined as void;
    answer = () => new Promise<Response>((resolve) => (refuse = resolve));
    const old = loadSession();
    await pass(0);
    answer = as(200, ADA);
    await loadSession();
    refuse(refused());
    await old;
    expect([isLockedOut.value, session.value?.actor]).toEqual([false, "ada"]);
  });
});
