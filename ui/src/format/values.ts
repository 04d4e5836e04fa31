// Values of tasks as text: what a row shows of arguments, and what Python and curl would be told.

/** A call as Python would write it. */
export function callText(name: string, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): string {
  const named = Object.entries(kwargs).map(([key, value]) => `${key}=${pythonLiteral(value)}`);
  return `${name}(${[...args.map(pythonLiteral), ...named].join(", ")})`;
}

/** JSON over several lines. */
export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "null";
}

/** What stands in place of a value that must not be shown. */
const MASK = "••••••";

/** Return the text of a number that a browser would change: the API tells it by one name. */
function told(value: unknown, name: "$int" | "$float"): string | null {
  if (typeof value !== "object" || value === null) return null;
  const [[key, text] = [], ...others] = Object.entries(value);
  return key === name && typeof text === "string" && others.length === 0 ? text : null;
}

/** True when something is so of a JSON value, or of anything in it. */
function holds(value: unknown, isSo: (one: unknown) => boolean): boolean {
  if (isSo(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some((one) => holds(one, isSo));
}

export const hasHidden = (value: unknown): boolean => holds(value, (one) => one === MASK);

/** True when a number is in it that JSON cannot say. */
export const hasInfinity = (value: unknown): boolean => holds(value, (one) => told(one, "$float") !== null);

/** True when a number is in it that a browser would change. */
export const hasLargeNumber = (value: unknown): boolean =>
  holds(value, (one) => (told(one, "$int") ?? told(one, "$float")) !== null);

/** A value as JSON with its large numbers as they are. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/\{"\$int":"(-?\d+)"\}/g, "$1"); // within a text, quotes have backslashes
}

/** A JSON value as a Python literal. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  const float = told(value, "$float");
  if (float !== null) return `float(${JSON.stringify(float)})`;
  const int = told(value, "$int");
  if (int !== null) return int;
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  const pairs = Object.entries(value as object).map(([key, one]) => `${JSON.stringify(key)}: ${pythonLiteral(one)}`);
  return `{${pairs.join(", ")}}`;
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The first characters of an id and its last four: enough to tell two apart, UUIDv7 begin alike. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}
