// A signal that this browser remembers. Nothing here is needed: private windows may refuse to store.
import { effect, type Signal, signal } from "@preact/signals";

const PREFIX = "fastworker.";

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key) ?? "null");
  } catch {
    return null;
  }
}

/** Return a signal with the remembered value, or the default when none of the right shape is remembered. */
export function stored<T>(key: string, otherwise: T, isValid: (value: unknown) => value is T): Signal<T> {
  const before = read(key);
  const state = signal<T>(isValid(before) ? before : otherwise);
  effect(() => {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(state.value));
    } catch {
      // full or forbidden: the choice lasts as long as the page
    }
  });
  return state;
}

export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
export const isText = (value: unknown): value is string => typeof value === "string";
export const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
