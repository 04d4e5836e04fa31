// The same submission in other words: Python, the command line, curl.
import { apiUrl } from "../api/http";
import type { TaskSubmission } from "../api/types";
import { exactJson, hasHidden, hasInfinity, pythonLiteral, shellWord } from "../format/values";

type Call = Partial<TaskSubmission> & { name: string };

const OPTIONS = [
  ["timeout_seconds", "timeout"],
  ["delay_seconds", "delay"],
  ["expires_seconds", "expires"],
  ["retries", "retries"],
] as const;

const IDENTIFIER = /^[A-Za-z_]\w*$/;

/** Return why a call cannot be told in other words, with what JSON says or with all that Python does; null when it can. */
export function unsaid({ args, kwargs }: Call, language: "json" | "python"): string | null {
  if (hasHidden([args, kwargs])) return "some of its arguments are hidden";
  return language === "json" && hasInfinity([args, kwargs]) ? "JSON has no infinite numbers" : null;
}

function pythonArguments({ args = [], kwargs = {} }: Call): string[] {
  const isPlain = Object.keys(kwargs).every((name) => IDENTIFIER.test(name));
  const named = Object.entries(kwargs).map(([name, value]) => `${name}=${pythonLiteral(value)}`);
  return [...args.map(pythonLiteral), ...(isPlain ? named : [`**${pythonLiteral(kwargs)}`])];
}

/** Return what a Python program would say: by function where its module is known, else by name. */
export function asPython(call: Call, module: string | null = null): string {
  const options = OPTIONS.flatMap(([field, option]) =>
    typeof call[field] === "number" ? [`${option}=${call[field]}`] : [],
  );
  const priority = call.priority ? [`priority="${call.priority}"`] : [];
  const inside = pythonArguments(call);
  if (module && IDENTIFIER.test(call.name)) {
    const all = [...options, ...priority].join(", ");
    return (
      `from ${module} import ${call.name}\n\n` +
      `handle = await ${call.name}${all ? `.options(${all})` : ""}.submit(${inside.join(", ")})\nprint(await handle)`
    );
  }
  const note = options.length ? `# ${options.join(", ")}: with .options(…) of the function itself\n` : "";
  return `${note}handle = await client.delay(${[JSON.stringify(call.name), ...inside, ...priority].join(", ")})\nprint(await handle)`;
}

/** Return what a shell would say to our own command line. */
export function asCommand(call: Call): string {
  const { args = [], kwargs = {} } = call;
  if (args.length && Object.keys(kwargs).length)
    return "# the command line takes arguments by position or by name, not both";
  const words = ["fastworker", "submit", call.name, "--args", exactJson(args.length ? args : kwargs)];
  if (call.priority) words.push("--priority", call.priority);
  for (const [field, option] of OPTIONS) {
    if (typeof call[field] === "number") words.push(`--${option}`, String(call[field]));
  }
  return words.map(shellWord).join(" ");
}

/** Return what a shell would say to the JSON API. */
export function asCurl(call: Call): string {
  const words = ["curl", "-H", "content-type: application/json", "-d", exactJson(call), apiUrl("tasks")];
  return words.map(shellWord).join(" ");
}
