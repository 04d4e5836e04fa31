// A field of a question: something to be said beside yes or no.
import type { JSX } from "preact";
import { type JsonSchema, parse } from "../forms/schema";

export interface QuestionField {
  name: string;
  label: string;
  hint?: string;
  /** What can be chosen; without this, something is written. */
  choices?: readonly string[];
  /** What can be written; without this, anything. */
  kind?: "number" | "integer";
  /** The bounds of a number. */
  schema?: JsonSchema;
  /** A number that can be left out. */
  isOptional?: boolean;
  /** What is there at the beginning; without this, the first choice, or nothing. */
  first?: string;
}

/** What was said, by the names of the fields, without blanks around it. */
export type Answers = Record<string, string>;

export function firstAnswers(fields: readonly QuestionField[]): Answers {
  return Object.fromEntries(fields.map(({ name, choices, first }) => [name, first ?? choices?.[0] ?? ""]));
}

/** Return why something cannot be the answer; null when it can. */
export function faultOf({ kind, schema = {}, isOptional = false }: QuestionField, text: string): string | null {
  if (!kind || (isOptional && !text.trim())) return null;
  const parsed = parse({ kind, schema, choices: [] }, text);
  return "fault" in parsed ? parsed.fault : null;
}

interface ControlProps {
  field: QuestionField;
  text: string;
  fault: string | null;
  onChange: (text: string) => void;
}

export function QuestionControl(props: ControlProps): JSX.Element {
  const { field, fault } = props;
  return (
    <label class="field">
      <span>{field.label}</span>
      {field.choices ? <Choice {...props} /> : <Line {...props} />}
      {field.hint && <small>{field.hint}</small>}
      {fault && <span class="fault">{fault}</span>}
    </label>
  );
}

function Choice({ field, text, onChange }: ControlProps): JSX.Element {
  return (
    <select name={field.name} value={text} onChange={(event) => onChange(event.currentTarget.value)}>
      {field.choices?.map((choice) => (
        <option key={choice}>{choice}</option>
      ))}
    </select>
  );
}

function Line({ field, text, fault, onChange }: ControlProps): JSX.Element {
  return (
    <input
      name={field.name}
      inputMode={field.kind ? "decimal" : "text"}
      value={text}
      autocomplete="off"
      aria-invalid={fault ? "true" : undefined}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}
