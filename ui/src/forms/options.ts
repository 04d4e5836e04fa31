// What is agreed for a task beside its call, as texts of a form.
import type { FunctionDetail as TaskFunction, Task, TaskSubmission } from "../api/types";
import { PRIORITIES, type Priority } from "../components/status";
import { type JsonSchema, parse } from "./schema";

/** Where the faults of tags stand: a parameter may be called `tags`, too. */
export const TAGS = "options.tags";
const MOST_TAGS = 10;
const LONGEST_TAG = 100;

export const OPTION_FIELDS: readonly {
  name: keyof OptionTexts;
  label: string;
  kind: "integer" | "number";
  schema: JsonSchema;
}[] = [
  { name: "delay_seconds", label: "Start in, seconds", kind: "number", schema: { minimum: 0 } },
  { name: "timeout_seconds", label: "Time limit, seconds", kind: "number", schema: { minimum: 0.001 } },
  { name: "expires_seconds", label: "Expires in, seconds", kind: "number", schema: { minimum: 0 } },
  { name: "retries", label: "Retries", kind: "integer", schema: { minimum: 0, maximum: 1000 } },
];

export interface OptionTexts {
  priority: string;
  delay_seconds: string;
  timeout_seconds: string;
  expires_seconds: string;
  retries: string;
  /** One a line. */
  tags: string;
}

export const NO_OPTIONS: OptionTexts = {
  priority: "",
  delay_seconds: "",
  timeout_seconds: "",
  expires_seconds: "",
  retries: "",
  tags: "",
};

type Agreed = Partial<Pick<TaskSubmission, "retries" | "timeout_seconds" | "delay_seconds" | "expires_seconds">>;

/** Return what was agreed for a task where that is not what its function declares, as far as a submission can say it. */
export function agreedOf({ terms }: Pick<Task, "terms">, of: Pick<TaskFunction, "retries" | "timeout_seconds"> | null): Agreed {
  const { retries, timeout_seconds, delay_seconds, expires_seconds } = terms;
  return {
    ...(retries === (of?.retries ?? 0) ? {} : { retries }),
    ...(timeout_seconds === (of?.timeout_seconds ?? null) ? {} : { timeout_seconds }),
    ...(delay_seconds === null ? {} : { delay_seconds }),
    ...(expires_seconds === null ? {} : { expires_seconds }),
  };
}

/** Return options as the texts that a form begins with. */
export function textsOfOptions({ priority, tags, ...agreed }: Partial<TaskSubmission>): OptionTexts {
  const texts = { ...NO_OPTIONS, priority: priority ?? "", tags: (tags ?? []).join("\n") };
  for (const { name } of OPTION_FIELDS) texts[name] = String(agreed[name as keyof Agreed] ?? "");
  return texts;
}

/** Return as null what stood in the form and was taken out: a task that runs again keeps what is only left out. */
export function takenOut(before: OptionTexts, texts: OptionTexts): Partial<TaskSubmission> {
  const names = ["priority", ...OPTION_FIELDS.map(({ name }) => name)] as const;
  return Object.fromEntries(names.filter((name) => before[name] && !texts[name].trim()).map((name) => [name, null]));
}

/** Return the tags that stand in the lines of a text, each once. */
function tagsOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter(Boolean))];
}

function faultOfTags(tags: readonly string[]): string | null {
  if (tags.length > MOST_TAGS) return `at most ${MOST_TAGS}`;
  return tags.some((tag) => [...tag].length > LONGEST_TAG) ? `at most ${LONGEST_TAG} characters each` : null;
}

/**
 * Return the options that are set, or what is wrong with each. Where there would be tags if nothing was said of them,
 * it is said, too, that there are none.
 */
export function optionsOf(
  texts: OptionTexts,
  isTagged = false,
): { options: Partial<TaskSubmission>; faults: Record<string, string> } {
  const options: Record<string, unknown> = {};
  const faults: Record<string, string> = {};
  if ((PRIORITIES as readonly string[]).includes(texts.priority)) options.priority = texts.priority as Priority;
  for (const { name, kind, schema } of OPTION_FIELDS) {
    if (texts[name].trim() === "") continue;
    const parsed = parse({ kind, schema, choices: [] }, texts[name]);
    if ("fault" in parsed) faults[name] = parsed.fault;
    else options[name] = parsed.value;
  }
  const tags = tagsOf(texts.tags);
  const fault = faultOfTags(tags);
  if (fault) faults[TAGS] = fault;
  else if (tags.length > 0 || isTagged) options.tags = tags;
  return { options, faults };
}
