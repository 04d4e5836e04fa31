// Keys: a table of what each key does now, filled by what is on the screen.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { isBoolean, stored } from "./stored";

export interface Shortcut {
  /** One key, or two after each other: "r", "g o", "Ctrl+k". */
  keys: string;
  label: string;
  group: string;
  run: () => void;
}

const SEQUENCE_MILLISECONDS = 1200;
/** What a key does again and again while it is held: going through rows. Anything else is done once per press. */
const HELD_KEYS = new Set(["j", "k"]);
export const areShortcutsOn = stored("shortcuts", true, isBoolean);
export const shortcuts = signal<readonly Shortcut[]>([]);

/** Offer keys as long as the component is on the screen. */
export function useShortcuts(offered: readonly Shortcut[]): void {
  const latest = useRef(offered);
  latest.current = offered;
  const names = offered.map(({ keys, label }) => keys + label).join("|");
  useLayoutEffect(() => {
    // The list is fixed; what a key does is looked up when it is pressed.
    const mine = offered.map(({ keys, label, group }, index) => ({
      keys,
      label,
      group,
      run: () => latest.current[index]?.run(),
    }));
    shortcuts.value = [...shortcuts.peek(), ...mine];
    return () => {
      shortcuts.value = shortcuts.peek().filter((one) => !mine.includes(one));
    };
  }, [names]);
}

/** Return how a key press is written in the table. */
export function keyOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey">): string {
  return event.ctrlKey || event.metaKey ? `Ctrl+${event.key.toLowerCase()}` : event.key;
}

/** Return the shortcut that a key completes, and the key to remember as the beginning of a sequence. */
export function resolve(list: readonly Shortcut[], before: string, key: string): { hit?: Shortcut; pending: string } {
  const find = (keys: string) => list.findLast((one) => one.keys === keys);
  const hit = (before && find(`${before} ${key}`)) || find(key);
  const begins = !hit && list.some((one) => one.keys.startsWith(`${key} `));
  return { ...(hit ? { hit } : {}), pending: begins ? key : "" };
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type))
  );
}

export function startShortcuts(): void {
  let before = "";
  let pressedAt = 0;
  document.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    const isChord = key.startsWith("Ctrl+");
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    if (event.repeat && !HELD_KEYS.has(key)) return;
    if (!isChord && (!areShortcutsOn.peek() || isTyping(event.target))) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.timeStamp - pressedAt > SEQUENCE_MILLISECONDS) before = "";
    const { hit, pending } = resolve(shortcuts.peek(), before, key);
    before = pending;
    pressedAt = event.timeStamp;
    if (!hit) return;
    event.preventDefault();
    hit.run();
  });
}
