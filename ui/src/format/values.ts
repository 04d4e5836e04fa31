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

/** A JSON value as a Python literal. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
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
