// One EventSource, kept open: it retries with growing waits, and opens again when other topics are wanted.
import type { HelloEvent } from "../api/types";
import { EVENT_TYPES, type Link, type LiveEvent } from "./protocol";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
const SETTLE = 150; // wait for more changes of topics before opening again
const SILENCE = 45_000; // the server sends something every 15 s

interface Listener {
  onLink(link: Link): void;
  onEvent(event: LiveEvent): void;
  /** Called when the stream has failed so often at the start that it seems to be blocked on the way. */
  onBlocked?(): void;
}

export class Stream {
  private source: EventSource | undefined;
  private topics = "";
  private eventsUrl = "";
  private lastId = "";
  private failures = 0;
  private hasWorked = false;
  private downSince = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: Listener) {}

  /** Follow these topics from now on; an empty list closes the stream. */
  follow(topics: readonly string[], eventsUrl: string): void {
    if (topics.length === 0) return this.close();
    const wanted = [...new Set(topics)].sort().join(",");
    if (wanted === this.topics && eventsUrl === this.eventsUrl) return;
    this.topics = wanted;
    this.eventsUrl = eventsUrl;
    this.schedule(SETTLE);
  }

  /** Close it; what failed until now is over: who follows again starts anew, after the last event. */
  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.source?.close();
    this.source = undefined;
    this.topics = "";
    this.failures = 0;
    this.downSince = 0;
  }

  private schedule(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), milliseconds);
  }

  private open(): void {
    this.source?.close();
    if (!this.topics) return this.close();
    const url = new URL(this.eventsUrl);
    url.searchParams.set("topics", this.topics);
    if (this.lastId) url.searchParams.set("last_event_id", this.lastId);
    const source = new EventSource(url);
    this.source = source;
    for (const type of EVENT_TYPES) source.addEventListener(type, (event) => this.take(type, event));
    source.onerror = () => this.retry();
    this.watch();
  }

  private take(type: string, event: MessageEvent<string>): void {
    this.watch();
    if (event.lastEventId) this.lastId = event.lastEventId;
    const data = decoded(event.data);
    if (type === "hello") this.opened(data as Partial<HelloEvent> | null);
    if (type === "bye") return this.retry();
    this.listener.onEvent({ type, data });
  }

  private opened(hello: Partial<HelloEvent> | null): void {
    // From here on nothing is missed, also when the first event comes to a stream with other topics.
    if (hello?.boot && !this.lastId.startsWith(hello.boot)) this.lastId = `${hello.boot}-${hello.seq}`;
    this.failures = 0;
    this.downSince = 0;
    this.hasWorked = true;
    this.listener.onLink({ state: "live" });
  }

  /** Wait and open again. The browser's own retry is not used: it gives up for good on some answers. */
  private retry(): void {
    this.source?.close();
    clearTimeout(this.watchdog);
    this.failures += 1;
    this.downSince ||= Date.now();
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.failures - 1)) * (0.75 + Math.random() / 2);
    this.listener.onLink({ state: "reconnecting", retryAt: Date.now() + wait, since: this.downSince });
    if (!this.hasWorked && this.failures === 3) this.listener.onBlocked?.();
    this.schedule(wait);
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.retry(), SILENCE);
  }
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
