// An EventSource that a test speaks through, and the connection of a page that has one.

export class Source {
  static opened: Source[] = [];
  readonly url: URL;
  isClosed = false;
  onerror: (() => void) | null = null;
  private readonly listeners = new Map<string, (event: unknown) => void>();

  constructor(url: URL) {
    this.url = url;
    Source.opened.push(this);
  }

  static get last(): Source {
    return Source.opened.at(-1)!;
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.listeners.set(type, listener);
  }

  close(): void {
    this.isClosed = true;
  }

  say(type: string, data: unknown, lastEventId = ""): void {
    this.hear(type, JSON.stringify(data), lastEventId);
  }

  /** Say something that need not be JSON. */
  hear(type: string, data: string, lastEventId = ""): void {
    this.listeners.get(type)?.({ data, lastEventId });
  }
}
