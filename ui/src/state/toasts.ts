// Short answers to what one did, at the corner of the page.
import { signal } from "@preact/signals";
import { announce } from "./announcer";

export interface Toast {
  id: number;
  /** `going` is what has begun and not ended. */
  kind: "good" | "bad" | "going";
  text: string;
  detail?: string;
  /** `keys` is what does it, too, while it is shown. */
  action?: { label: string; run: () => void; keys?: string };
}

const SHOWN_MILLISECONDS = 8_000;
const SHOWN_WITH_KEY_MILLISECONDS = 20_000; // who has no mouse needs time to find it
const MOST = 4;
export const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Show a toast, and return its id. A bad one stays until it is closed, so that nobody misses why something did not happen. */
export function toast(kind: Toast["kind"], text: string, more: Pick<Toast, "detail" | "action"> = {}): number {
  const id = ++lastId;
  toasts.value = [...toasts.peek(), { id, kind, text, ...more }].slice(-MOST);
  announce(more.detail ? `${text}. ${more.detail}` : text);
  const shown = more.action?.keys ? SHOWN_WITH_KEY_MILLISECONDS : SHOWN_MILLISECONDS;
  if (kind !== "bad") setTimeout(() => closeToast(id), shown);
  return id;
}

export function closeToast(id: number): void {
  toasts.value = toasts.peek().filter((one) => one.id !== id);
}
