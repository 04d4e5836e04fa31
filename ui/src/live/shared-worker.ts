// The SharedWorker: one event stream for all tabs of this browser, because HTTP/1.1 allows six connections per host.
import { type Link, type LiveEvent, type ToOwner, type ToTab } from "./protocol";
import { Stream } from "./stream";

declare const self: { onconnect: ((event: MessageEvent) => void) | null };

const FORGET_AFTER = 150_000; // background tabs may run timers only once a minute
const MOST_TOPICS = 30; // more are refused by the server
const LINGER = 15_000; // a page that reloads finds the stream still open

interface Tab {
  topics: string[];
  eventsUrl: string;
  seenAt: number;
}

const tabs = new Map<MessagePort, Tab>();
let link: Link = { state: "connecting" };
let hello: LiveEvent | undefined;
let closing: ReturnType<typeof setTimeout> | undefined;

const stream = new Stream({
  onLink(next) {
    link = next;
    tell({ kind: "link", link });
    if (tabs.size === 0) update(); // a stream that is only kept open for a reload is not opened again
  },
  onEvent(event) {
    if (event.type === "hello") hello = event;
    tell({ kind: "event", event });
  },
});

function tell(message: ToTab): void {
  for (const port of tabs.keys()) port.postMessage(message);
}

/** Ask the server for what any tab wants. Topics of tabs that left go with the next change, or after a while. */
function update(): void {
  clearTimeout(closing);
  const all = new Set([...tabs.values()].flatMap((tab) => tab.topics));
  // Topics of one task come last: their pages hear of changes through `tasks`, too.
  const wanted = [...all]
    .sort((one, other) => Number(one.includes(":")) - Number(other.includes(":")))
    .slice(0, MOST_TOPICS);
  const [first] = tabs.values();
  if (first && wanted.length) stream.follow(wanted, first.eventsUrl);
  else if (tabs.size === 0 && link.state === "live") closing = setTimeout(close, LINGER);
  else close(); // the login is on the screen, or nobody is there: who comes next tries at once
}

/** Close the stream, and forget what was said of it: it is no news for who follows next. */
function close(): void {
  stream.close();
  link = { state: "connecting" };
  hello = undefined;
}

function take(port: MessagePort, message: ToOwner): void {
  const tab = tabs.get(port);
  if (message.kind === "close") {
    tabs.delete(port);
    update();
  } else if (message.kind === "topics") {
    tabs.set(port, { topics: message.topics, eventsUrl: message.eventsUrl, seenAt: Date.now() });
    if (!tab?.topics.length) welcome(port); // it begins to follow, perhaps again
    update();
  } else if (tab) {
    tab.seenAt = Date.now();
  }
}

function welcome(port: MessagePort): void {
  port.postMessage({ kind: "link", link } satisfies ToTab);
  if (hello && link.state === "live") port.postMessage({ kind: "event", event: hello } satisfies ToTab);
}

self.onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  port.onmessage = (message: MessageEvent<ToOwner>) => take(port, message.data);
  port.addEventListener("close", () => take(port, { kind: "close" }));
};

setInterval(() => {
  const before = tabs.size;
  for (const [port, tab] of tabs) if (Date.now() - tab.seenAt > FORGET_AFTER) tabs.delete(port);
  if (tabs.size < before) update();
}, 30_000);
