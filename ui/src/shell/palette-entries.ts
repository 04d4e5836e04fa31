// What the palette offers: pages, the actions that have a key, functions, and a task whose id was pasted.
import type { Function as TaskFunction } from "../api/types";
import { urlOf } from "../router/route";
import type { Shortcut } from "../state/shortcuts";
import { NAVIGATION } from "./pages";

export interface Entry {
  id: string;
  label: string;
  hint: string;
  run: () => void;
}

/** True when the letters of `wanted` stand in `text` in this order. */
export function matches(text: string, wanted: string): boolean {
  let at = 0;
  const lower = text.toLowerCase();
  for (const letter of wanted.toLowerCase().replaceAll(" ", "")) {
    at = lower.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Texts that contain what was typed come before those that only have its letters. */
export function rank(text: string, wanted: string): number {
  const at = text.toLowerCase().indexOf(wanted.toLowerCase());
  return at < 0 ? 1000 : at;
}

const LONGEST_ID = 200;
const MOST = 12;

/** Return the entries for what was typed, the best first. */
export function entriesFor(
  wanted: string,
  known: { functions: readonly TaskFunction[]; shortcuts: readonly Shortcut[] },
  go: (url: string) => void,
): Entry[] {
  const typed = wanted.trim();
  const pages = NAVIGATION.map(({ page, label, key }) => ({
    id: `page-${page}`,
    label,
    hint: `page · g ${key}`,
    run: () => go(urlOf(page)),
  }));
  const actions = known.shortcuts
    .filter(({ group, keys }) => group !== "Go to" && group !== "In a list" && keys !== "Ctrl+k")
    .map(({ keys, label, run }) => ({ id: `key-${keys}`, label, hint: `action · ${keys}`, run }));
  const functions = known.functions.map(({ name }) => ({
    id: `function-${name}`,
    label: name,
    hint: "function",
    run: () => go(urlOf("functions", name)),
  }));
  const found = [...pages, ...actions, ...functions]
    .filter(({ label }) => matches(label, typed))
    .sort((one, other) => rank(one.label, typed) - rank(other.label, typed))
    .slice(0, MOST);
  return [...found, ...(typed ? searches(typed, go) : [])];
}

function searches(typed: string, go: (url: string) => void): Entry[] {
  const looksLikeId = /^[0-9a-f-]{8,}$/i.test(typed) && typed.length <= LONGEST_ID;
  const open = { id: "task", label: `Open task ${typed}`, hint: "task by id", run: () => go(urlOf("tasks", typed)) };
  const search = {
    id: "search",
    label: `Search tasks for “${typed}”`,
    hint: "tasks",
    run: () => go(urlOf("tasks", "", { q: typed })),
  };
  return looksLikeId ? [open, search] : [search];
}
