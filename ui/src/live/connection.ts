// This tab's end of the live connection: a SharedWorker where there is one, else a stream of its own, else polling.
import workerUrl from "./shared-worker.ts?sharedworker&url";
import { apiUrl } from "../api/http";
import type { Link, LiveEvent, ToOwner, ToTab } from "./protocol";
import { Stream } from "./stream";

const ALIVE_EVERY = 30_000;

export interface Connection {
  follow(topics: readonly string[]): void;
}

interface Listener {
  onLink(link: Link): void;
  onEvent(event: LiveEvent): void;
}

/** Return the URL as the Trusted Types policy `fastworker` lets it through: only our own worker. */
function trusted(url: string): string {
  const { trustedTypes } = window as unknown as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy("fastworker", {
    createScriptURL(asked) {
      if (new URL(asked, document.baseURI).href !== new URL(url, document.baseURI).href)
        throw new TypeError("not ours");
      return asked;
    },
  });
  return (policy?.createScriptURL(url) ?? url) as string;
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/** Open the connection. `events` in the URL's query can be `direct` or `poll`, to look for what blocks the way. */
export function connect(listener: Listener): Connection {
  const wish = new URLSearchParams(window.location.search).get("events");
  if (wish === "poll") return polling(listener);
  if (wish !== "direct" && typeof SharedWorker === "function") {
    try {
      return shared(listener);
    } catch {
      // forbidden here, e.g. by a policy of the browser: a stream of our own
    }
  }
  return typeof EventSource === "function" ? direct(listener) : polling(listener);
}

function shared(listener: Listener): Connection {
  const worker = new SharedWorker(trusted(workerUrl), { name: `fastworker ${document.baseURI}` });
  const tell = (message: ToOwner) => worker.port.postMessage(message);
  let topics: readonly string[] = [];
  let fallback: Connection | undefined;
  let hasSpoken = false;
  const follow = () => tell({ kind: "topics", topics: [...topics], eventsUrl: apiUrl("events") });
  worker.port.onmessage = ({ data }: MessageEvent<ToTab>) => {
    hasSpoken = true;
    if (fallback) return;
    if (data.kind === "link") listener.onLink(data.link);
    else listener.onEvent(data.event);
  };
  worker.onerror = () => {
    if (hasSpoken || fallback) return;
    fallback = direct(listener);
    fallback.follow(topics);
  };
  setInterval(() => tell({ kind: "alive" }), ALIVE_EVERY);
  window.addEventListener("pagehide", () => tell({ kind: "close" }));
  window.addEventListener("pageshow", (event) => event.persisted && follow());
  document.addEventListener("visibilitychange", () => document.hidden || follow());
  return {
    follow(next) {
      topics = next;
      if (fallback) fallback.follow(next);
      else follow();
    },
  };
}

/** A stream of this tab alone, closed while nobody looks, so that it does not take one of six connections. */
function direct(listener: Listener): Connection {
  let topics: readonly string[] = [];
  let isBlocked = false;
  const stream = new Stream({
    ...bound(listener),
    onBlocked() {
      isBlocked = true;
      stream.close();
      listener.onLink({ state: "polling" });
    },
  });
  const update = () => {
    if (isBlocked) return;
    if (document.hidden) stream.close();
    else stream.follow(topics, apiUrl("events"));
  };
  document.addEventListener("visibilitychange", update);
  return {
    follow(next) {
      topics = next;
      update();
    },
  };
}

function bound(listener: Listener): Listener {
  return { onLink: (link) => listener.onLink(link), onEvent: (event) => listener.onEvent(event) };
}

function polling(listener: Listener): Connection {
  listener.onLink({ state: "polling" });
  return { follow() {} };
}
