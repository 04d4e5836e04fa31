// What a tab and whoever owns the event stream tell each other.

/** How news comes: over the stream, by asking, or not at all. */
export type Link =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "reconnecting"; retryAt: number; since: number }
  | { state: "polling" };

/** An event of the server, decoded. `hello` opens a stream, `reset` means: what you have may be old, ask again. */
export interface LiveEvent {
  type: string;
  data: unknown;
}

export type ToTab = { kind: "link"; link: Link } | { kind: "event"; event: LiveEvent };

export type ToOwner = { kind: "topics"; topics: string[]; eventsUrl: string } | { kind: "alive" } | { kind: "close" };

/** The events a stream can carry. EventSource only gives those that are asked for by name. */
export const EVENT_TYPES = [
  "hello",
  "reset",
  "overview",
  "tasks",
  "task",
  "workers",
  "queues",
  "errors",
  "operations",
  "audit",
  "bye",
] as const;
