// What is agreed for a task beside its call, as texts of a form.
import type { TaskSubmission } from "../api/types";
import { PRIORITIES, type Priority } from "../components/status";
import { type JsonSchema, parse } from "./schema";

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
}

export const NO_OPTIONS: OptionTexts = {
  priority: "",
  delay_seconds: "",
  timeout_seconds: "",
  expires_seconds: "",
  retries: "",
};

/** Return the options that are set, or what is wrong with each. */
export function optionsOf(texts: OptionTexts): { options: Partial<TaskSubmission>; faults: Record<string, string> } {
  const options: Record<string, unknown> = {};
  const faults: Record<string, string> = {};
  if ((PRIORITIES as readonly string[]).includes(texts.priority)) options.priority = texts.priority as Priority;
  for (const { name, kind, schema } of OPTION_FIELDS) {
    if (texts[name].trim() === "") continue;
    const parsed = parse({ kind, schema, choices: [] }, texts[name]);
    if ("fault" in parsed) faults[name] = parsed.fault;
    else options[name] = parsed.value;
  }
  return { options, faults };
}
