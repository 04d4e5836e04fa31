// The live connection as signals: its state, pausing it, and who hears of which topic.
import { computed, effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { HelloEvent } from "../api/types";
import { serverNow } from "../state/clock";
import { isLockedOut, loadSession } from "../state/session";
import { type Connection, connect } from "./connection";
import type { Link, LiveEvent } from "./protocol";

export const link = signal<Link>({ state: "connecting" });
export const isPaused = signal(false);

/** What the server said of itself when the stream opened. */
export const hello = signal<HelloEvent | null>(null);
/** The version this page was loaded from; another one means that the page should be loaded again. */
export const firstVersion = signal<string | null>(null);

/** When this page heard that another control plane is there, milliseconds since 1970; null: none, or read and closed. */
export const restartedAt = signal<number | null>(null);

/** True while what is on the screen may be old. */
export const isDown = computed(() => link.value.state === "reconnecting");

export interface Subscription {
  topics: readonly string[];
  onEvent(event: LiveEvent): void;
  /** News may have been missed: ask again. */
  onReset(): void;
}

const subscriptions = new Set<Subscription>();
let connection: Connection | undefined;

function follow(): void {
  if (isLockedOut.peek()) return connection?.follow([]); // it would be refused, again and again
  const wanted = new Set([...subscriptions].flatMap((one) => one.topics));
  wanted.add("overview"); // the chip, the banner and the counts of the shell
  connection?.follow([...wanted]);
}

/**
 * Take how news come from now on. A stream cannot tell a refusal from a control plane that is away: who asks for the
 * session can. Where the login stands already, a stream that is live is that of another tab, which has logged in.
 */
function turn(next: Link): void {
  const before = link.peek().state;
  if (next.state === "reconnecting" && isLockedOut.peek()) return;
  link.value = next;
  if (next.state === "reconnecting") void loadSession();
  if (next.state !== "live" || before === "live") return;
  if (isLockedOut.peek()) void loadSession();
  else resetAll();
}

/** While the login is on the screen, nothing is followed; what was said of the connection before is over. */
function followSession(): void {
  effect(() => {
    if (isLockedOut.value && link.peek().state !== "polling") link.value = { state: "connecting" };
    follow();
  });
}

/** Hear of topics until the returned function is called. */
export function subscribe(subscription: Subscription): () => void {
  subscriptions.add(subscription);
  follow();
  return () => {
    subscriptions.delete(subscription);
    follow();
  };
}

/** Hear of topics as long as the component is on the screen. */
export function useEvents(topics: readonly string[], onEvent: (event: LiveEvent) => void): void {
  const latest = useRef(onEvent);
  latest.current = onEvent;
  const key = topics.join(",");
  useEffect(() => {
    if (!key) return undefined;
    return subscribe({ topics, onEvent: (event) => latest.current(event), onReset: () => undefined });
  }, [key]);
}

/** Ask everything on the screen to ask again. */
export function resetAll(): void {
  for (const one of [...subscriptions]) one.onReset();
}

function take(event: LiveEvent): void {
  if (event.type === "hello") return greet(event.data as HelloEvent);
  if (event.type === "reset") return resetAll();
  if (isPaused.peek()) return;
  const { topic = event.type } = (event.data ?? {}) as { topic?: string };
  for (const one of [...subscriptions]) if (one.topics.includes(topic)) one.onEvent(event);
}

function greet(next: HelloEvent): void {
  const isOther = hello.peek() !== null && hello.peek()?.boot !== next.boot;
  hello.value = next;
  firstVersion.value ??= next.version;
  if (!isOther) return;
  restartedAt.value = serverNow();
  resetAll();
}

/** Connect; once per page. */
export function startLive(): void {
  connection = connect({
    onLink: turn,
    onEvent: take,
  });
  followSession();
  let wasPaused = false;
  effect(() => {
    if (wasPaused && !isPaused.value) resetAll();
    wasPaused = isPaused.value;
  });
  setInterval(() => {
    if (link.peek().state === "polling" && !isPaused.peek() && !document.hidden) resetAll();
  }, 5_000);
}
