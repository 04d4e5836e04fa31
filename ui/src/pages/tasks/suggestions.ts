// What the search offers for the word that is being typed: keys, then values; a chosen value becomes a part of the filter.
import { PRIORITIES, STATUSES } from "../../components/status";
import { shortId } from "../../format/values";
import type { Filter } from "./filter";

export interface Known {
  functions: readonly string[];
  workers: readonly string[];
  tags: readonly string[];
  /** Kinds of failures by fingerprint. */
  errors: readonly { fingerprint: string; error_type: string; message: string }[];
  /** Milliseconds since 1970. */
  now: number;
}

export interface Suggestion {
  /** As it is shown. */
  text: string;
  hint: string;
  /** What it makes of the last word; nothing when it goes into the filter instead. */
  word: string;
  change?: Partial<Filter>;
}

const KEYS = [
  { key: "status", hint: "queued, running, failure…" },
  { key: "name", hint: "a task function" },
  { key: "priority", hint: "critical, high, normal, low" },
  { key: "worker", hint: "where it runs, or ran" },
  { key: "tag", hint: "has this tag" },
  { key: "error", hint: "a kind of failure" },
  { key: "parent", hint: "submitted by the task of this id" },
  { key: "origin", hint: "runs the task of this id again" },
  { key: "args.", hint: "an argument: args.user.id:7" },
  { key: "since", hint: "submitted since: 15m, 2h, or a moment" },
  { key: "until", hint: "submitted before" },
] as const;
const AGES = { "5m": 300, "15m": 900, "1h": 3_600, "6h": 21_600, "1d": 86_400 };
const MOST = 8;

/** A word: in the quotes behind a key there may be blanks, as the API reads them, and while the second is not typed. */
const WORD = /[^\s:]+:"(?:[^"\\]|\\.)*(?:"(?!\S)|\\?$)|\S+/g;
const OPEN = /^[^\s:]+:"(?:[^"\\]|\\.)*\\?$/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"?$/;

/** Return the word that is being typed, and what stands before it. */
export function lastWord(typed: string): { before: string; word: string } {
  const last = [...typed.matchAll(WORD)].pop();
  const at = last && last.index + last[0].length === typed.length ? last.index : typed.length;
  return { before: typed.slice(0, at), word: typed.slice(at) };
}

/** Split a word at its first colon; the key is empty when it is none that the search offers values for. */
function pairOf(word: string): { key: string; value: string } {
  const colon = word.indexOf(":");
  const key = word.slice(0, Math.max(0, colon));
  return { key: KEYS.some((one) => one.key === key) ? key : "", value: valueIn(word.slice(colon + 1)) };
}

/** Return a value without the quotes around it. */
function valueIn(written: string): string {
  return QUOTED.exec(written)?.[1]?.replace(/\\(["\\])/g, "$1") ?? written;
}

/** True while the quotes of a value are not closed. */
const isHalf = (word: string) => OPEN.test(word) && (pairOf(word).key !== "" || word.startsWith("args."));

/** Return what is typed without a last word that asks for nothing yet: a key that has no value. */
export function withoutOpen(typed: string): string {
  const { before, word } = lastWord(typed);
  const { key, value } = pairOf(word);
  return ((key && !value) || word === "args." ? before : typed).trim();
}

/** Return what is to be searched for while one types: a value that is not written in full would find nothing. */
export function searchedFor(typed: string, known: Known): string {
  const { before, word } = lastWord(typed);
  const { key, value } = pairOf(word);
  return isHalf(word) || (key && !isWhole(key, value, known)) ? before.trim() : withoutOpen(typed);
}

const MOMENT = /^(\d+[smhd]|\d{4}-\d\d-\d\dT.+)$/;

function isWhole(key: string, value: string, { functions, workers, tags, errors }: Known): boolean {
  if (key === "since" || key === "until") return MOMENT.test(value);
  if (key === "parent" || key === "origin") return value !== "";
  const values: Record<string, readonly string[]> = {
    status: STATUSES,
    priority: PRIORITIES,
    name: functions,
    worker: workers,
    tag: tags,
    error: errors.map(({ fingerprint }) => fingerprint),
  };
  return values[key]?.includes(value) ?? false;
}

/** Return what fits the word that is being typed; nothing for an empty one. */
export function suggest(typed: string, filter: Filter, known: Known): Suggestion[] {
  const { word } = lastWord(typed);
  if (word === "") return [];
  const colon = word.indexOf(":");
  if (colon < 0) return keysFor(word);
  const wanted = valueIn(word.slice(colon + 1)).toLowerCase();
  const found = valuesOf(word.slice(0, colon), filter, known);
  return found.filter(({ text }) => text.toLowerCase().includes(wanted)).slice(0, MOST);
}

function keysFor(word: string): Suggestion[] {
  return KEYS.filter(({ key }) => key.startsWith(word) && key !== word).map(({ key, hint }) => {
    const text = key.endsWith(".") ? key : `${key}:`;
    return { text, hint, word: text };
  });
}

function valuesOf(key: string, filter: Filter, known: Known): Suggestion[] {
  const among = (name: "status" | "priority" | "name" | "worker" | "tag", values: readonly string[]) =>
    values
      .filter((value) => !filter[name].includes(value))
      .map((value) => ({ text: value, hint: key, word: "", change: { [name]: [...filter[name], value] } }));
  if (key === "status") return among("status", STATUSES);
  if (key === "priority") return among("priority", PRIORITIES);
  if (key === "name") return among("name", known.functions);
  if (key === "worker") return among("worker", known.workers);
  if (key === "tag") return among("tag", known.tags);
  if (key === "since" || key === "until") return agesOf(key, known.now);
  if (key !== "error") return [];
  return known.errors.map(({ fingerprint, error_type, message }) => ({
    text: error_type,
    hint: `${message} (${shortId(fingerprint)})`,
    word: "",
    change: { fingerprint },
  }));
}

function agesOf(key: "since" | "until", now: number): Suggestion[] {
  return Object.entries(AGES).map(([text, seconds]) => ({
    text,
    hint: "ago",
    word: "",
    change: { [key]: new Date(now - seconds * 1000).toISOString() },
  }));
}
