// The same submission in other words, each as it runs when it is pasted: Python, the command line, curl.
import { apiUrl } from "../api/http";
import type { TaskSubmission } from "../api/types";
import { exactJson, hasHidden, hasInfinity, pythonLiteral, shellWord } from "../format/values";

type Call = Partial<TaskSubmission> & { name: string };

/** Where the words are to arrive. */
export interface Target {
  /** Of clients; null for the one that they take by themselves. */
  address: string | null;
  /** True when the API asks for a token. */
  needsToken: boolean;
  /** Where the function can be imported from; null when that is not known. */
  module: string | null;
}

export const HERE: Target = { address: null, needsToken: false, module: null };

const OPTIONS = [
  ["timeout_seconds", "timeout"],
  ["delay_seconds", "delay"],
  ["expires_seconds", "expires"],
  ["retries", "retries"],
] as const;

const IDENTIFIER = /^[A-Za-z_]\w*$/;

export type Language = "python" | "shell" | "json";

/** The options of a call as Python writes them, the priority aside. */
function optionsIn(call: Partial<Call>): string[] {
  const numbers = OPTIONS.flatMap(([field, option]) =>
    typeof call[field] === "number" ? [`${option}=${call[field]}`] : [],
  );
  return call.tags ? [...numbers, `tags=${pythonLiteral(call.tags)}`] : numbers;
}

/** Return why a call cannot be told in a language; null when it can. */
export function unsaid(call: Partial<Call>, language: Language, { module }: Target = HERE): string | null {
  const { args = [], kwargs = {}, name = "" } = call;
  if (hasHidden([args, kwargs])) return "some of its arguments are hidden";
  if (language === "python") {
    if (optionsIn(call).length === 0 || (module && IDENTIFIER.test(name))) return null;
    return "with these options Python has to import the function, and from where is not known here";
  }
  if (hasInfinity([args, kwargs])) return "JSON has no infinite numbers";
  if (language !== "shell") return null;
  if (call.tags?.length === 0) return "the command line cannot say that there are no tags";
  const isMixed = args.length > 0 && Object.keys(kwargs).length > 0;
  return isMixed ? "the command line takes arguments by position or by name, not both" : null;
}

function pythonArguments({ args = [], kwargs = {} }: Call): string[] {
  const isPlain = Object.keys(kwargs).every((name) => IDENTIFIER.test(name));
  const named = Object.entries(kwargs).map(([name, value]) => `${name}=${pythonLiteral(value)}`);
  return [...args.map(pythonLiteral), ...(isPlain ? named : [`**${pythonLiteral(kwargs)}`])];
}

/** Return a Python program: by name, which needs nothing to be imported, unless options are wanted. */
export function asPython(call: Call, target: Target = HERE): string {
  const { address, module } = target;
  const refusal = unsaid(call, "python", target);
  if (refusal) return `# ${refusal}`;
  const options = optionsIn(call);
  const priority = call.priority ? [`priority="${call.priority}"`] : [];
  const at = address === null ? "" : JSON.stringify(address);
  if (options.length > 0 && module) return byFunction(call, module, at, [...options, ...priority]);
  const inside = [JSON.stringify(call.name), ...pythonArguments(call), ...priority].join(", ");
  const program = `    print(client.delay(${inside}).get())`;
  return `from fastworker import SyncClient\n\nwith SyncClient(${at}) as client:\n${program}`;
}

function byFunction(call: Call, module: string, at: string, options: readonly string[]): string {
  const { name } = call;
  return `import asyncio

from fastworker import Client
from ${module} import ${name}


async def main():
    async with Client(${at}):
        print(await (await ${name}.options(${options.join(", ")}).submit(${pythonArguments(call).join(", ")})))


asyncio.run(main())`;
}

/** Return what a shell would say to our own command line. */
export function asCommand(call: Call, { address }: Target = HERE): string {
  const { args = [], kwargs = {} } = call;
  const refusal = unsaid(call, "shell");
  if (refusal) return `# ${refusal}`;
  const words = ["fastworker", "submit", call.name];
  if (address !== null) words.push("--address", address);
  if (call.priority) words.push("--priority", call.priority);
  for (const [field, option] of OPTIONS) {
    if (typeof call[field] === "number") words.push(`--${option}`, String(call[field]));
  }
  for (const tag of call.tags ?? []) words.push(`--tag=${tag}`); // in one word: it may begin like an option
  return [...words, "--args", exactJson(args.length ? args : kwargs)].map(shellWord).join(" ");
}

/** Not a word like the others: the shell puts the token in its place. */
export const TOKEN_HEADER = ' -H "authorization: Bearer $FASTWORKER_TOKEN"';

/** Return what a shell would say to the JSON API; the token, where one is needed, comes from the environment. */
export function asCurl(call: Call, { needsToken }: Target = HERE): string {
  const token = needsToken ? TOKEN_HEADER : "";
  const words = ["-H", "content-type: application/json", "-d", exactJson(call), apiUrl("tasks")];
  return `curl${token} ${words.map(shellWord).join(" ")}`;
}
