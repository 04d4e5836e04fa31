// What the API said last about a path, kept fresh by events, kept on the screen while the control plane is away.
import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../api/http";
import { mayPass } from "../api/problem";
import { serverNow } from "../state/clock";
import { noteRefusal } from "../state/session";
import { isDown, subscribe } from "./live";
import type { LiveEvent } from "./protocol";

export interface Resource<T> {
  data: T | null;
  error: unknown;
  isLoading: boolean;
  /** When the data was right, milliseconds since 1970. */
  asOf: number | null;
  isStale: boolean;
  refresh: () => void;
}

interface State<T> {
  data: T | null;
  error: unknown;
  isLoading: boolean;
  asOf: number | null;
}

const KEPT = 40; // paths that nobody looks at any more, for going back
const RETRY_MILLISECONDS = 5_000;
const SAME_MOMENT = 50;
const entries = new Map<string, Entry<unknown>>();

/** One path: its last answer, and at most one request under way. */
class Entry<T> {
  readonly state: Signal<State<T>> = signal({ data: null, error: null, isLoading: true, asOf: null });
  private etag: string | null = null;
  private watchers = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private underWay: AbortController | undefined;
  private isWanted = false;
  private askedAt = 0;

  constructor(private readonly path: string) {}

  get isWatched(): boolean {
    return this.watchers > 0;
  }

  /** Keep it fresh until the returned function is called; each watcher may hear of other topics. */
  watch({ topics = [], pace = 1000, apply }: Freshness<T>): () => void {
    this.watchers += 1;
    const onEvent = (event: LiveEvent) => this.take(apply?.(event, this.state.peek().data)) || this.soon(pace);
    const leave = subscribe({ topics, onEvent, onReset: () => this.refresh() });
    if (this.watchers === 1) this.refresh();
    return () => {
      leave();
      this.watchers -= 1;
      if (this.watchers === 0) this.rest();
    };
  }

  /** Put in place what an event said, if it said everything. */
  private take(data: T | undefined): boolean {
    if (data === undefined) return false;
    this.etag = null;
    this.state.value = { data, error: null, isLoading: false, asOf: serverNow() };
    return true;
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.underWay?.abort();
  }

  /** Ask at most every `pace` milliseconds, and once after the last event. */
  private soon(pace: number): void {
    if (document.hidden) pace *= 5;
    this.timer ??= setTimeout(() => this.refresh(), Math.max(0, this.askedAt + pace - performance.now()));
  }

  refresh = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    // Several watchers hear of the same reset: one question answers them all.
    if (this.underWay && performance.now() - this.askedAt < SAME_MOMENT) return;
    this.isWanted = true;
    if (!this.underWay && this.isWatched) void this.ask();
  };

  private async ask(): Promise<void> {
    const control = new AbortController();
    this.underWay = control;
    this.isWanted = false;
    this.askedAt = performance.now();
    try {
      const reply = await request<T>(this.path, { etag: this.etag, signal: control.signal });
      this.etag = reply.etag;
      const data = reply.status === 304 ? this.state.peek().data : reply.body;
      this.state.value = { data, error: null, isLoading: false, asOf: serverNow() };
    } catch (error) {
      if (!control.signal.aborted) this.fail(error);
    } finally {
      this.underWay = undefined;
    }
    if (this.isWanted && this.isWatched) void this.ask();
  }

  private fail(error: unknown): void {
    const { data, asOf } = this.state.peek();
    noteRefusal(error);
    // What is gone is gone; anything else may come back, so that what was there stays on the screen.
    const isGone = !mayPass(error);
    this.etag = null;
    this.state.value = { data: isGone ? null : data, error, isLoading: false, asOf };
    if (!isGone && this.isWatched) this.timer ??= setTimeout(this.refresh, RETRY_MILLISECONDS);
  }
}

function entryOf<T>(path: string): Entry<T> {
  let entry = entries.get(path) as Entry<T> | undefined;
  entry ??= new Entry<T>(path);
  entries.delete(path);
  entries.set(path, entry as Entry<unknown>); // the newest last
  for (const [old, one] of entries) {
    if (entries.size <= KEPT) break;
    if (!one.isWatched && old !== path) entries.delete(old);
  }
  return entry;
}

const NOTHING = signal<State<never>>({ data: null, error: null, isLoading: false, asOf: null });

export interface Freshness<T> {
  topics?: readonly string[];
  /** At most one request in so many milliseconds. */
  pace?: number;
  /** Bring the data up to date from an event; `undefined` means: ask the API. */
  apply?: (event: LiveEvent, data: T | null) => T | undefined;
}

/** Show what the API says about a path, and keep it fresh while on the screen. No path: nothing is asked. */
export function useResource<T>(path: string | null, freshness: Freshness<T> = {}): Resource<T> {
  const entry = path === null ? null : entryOf<T>(path);
  useEffect(() => {
    return entry?.watch(freshness);
  }, [entry]);
  const state = (entry?.state ?? NOTHING).value as State<T>;
  const isStale = state.data !== null && (isDown.value || Boolean(state.error));
  return { ...state, isStale, refresh: entry?.refresh ?? (() => undefined) };
}
