// The form that submits a task function: its arguments from its schema, its options, and the same in other words.
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { rerunTask, submit } from "../api/actions";
import type { FunctionDetail as TaskFunction, Submitted, TaskSubmission } from "../api/types";
import { Button, Code } from "../components/basics";
import { Segments } from "../components/tabs";
import { PRIORITIES } from "../components/status";
import { act } from "../state/act";
import { newKey } from "../state/identifiers";
import { canOperate } from "../state/session";
import { announce } from "../state/announcer";
import { asCommand, asCurl, asPython } from "./commands";
import { useTarget } from "./target";
import { SchemaField } from "./fields";
import { OPTION_FIELDS, optionsOf, type OptionTexts, TAGS, takenOut, textsOfOptions } from "./options";
import { callOf, type Field, fieldsOf, type JsonSchema, type Texts, textsOf, valuesOf } from "./schema";

export interface Before {
  args: readonly unknown[];
  kwargs: Readonly<Record<string, unknown>>;
  options: Partial<TaskSubmission>;
}

interface FormProps {
  of: TaskFunction;
  /** A call to begin with, and the task that made it. */
  before?: Before;
  origin?: string;
  onSubmitted: (task: Submitted) => void;
}

/** Where the parameters are not known here: the arguments as JSON. */
const RAW: readonly Field[] = [
  {
    name: "args",
    kind: "json",
    isRequired: false,
    isNullable: false,
    description: "By position, an array.",
    placeholder: "[]",
    choices: [],
    schema: { type: "array" },
  },
  {
    name: "kwargs",
    kind: "json",
    isRequired: false,
    isNullable: false,
    description: "By name, an object.",
    placeholder: "{}",
    choices: [],
    schema: { type: "object" },
  },
];

interface Draft {
  call: Partial<TaskSubmission> & { name: string };
  faults: Record<string, string>;
}

function draftOf(
  of: TaskFunction,
  before: Before | undefined,
  fields: readonly Field[],
  texts: Texts,
  optionTexts: OptionTexts,
): Draft {
  const { values, faults } = valuesOf(fields, texts);
  const isTagged = of.tags.length > 0 || (before?.options.tags?.length ?? 0) > 0;
  const { options, faults: optionFaults } = optionsOf(optionTexts, isTagged);
  const { args, kwargs, faults: callFaults } = fields === RAW ? rawCall(values) : callOf(fields, values);
  return {
    call: { name: of.name, args: [...args], kwargs, ...options },
    faults: { ...faults, ...callFaults, ...optionFaults },
  };
}

function rawCall({ args = [], kwargs = {} }: Record<string, unknown>): ReturnType<typeof callOf> {
  const isObject = typeof kwargs === "object" && kwargs !== null && !Array.isArray(kwargs);
  const faults = {
    ...(Array.isArray(args) ? {} : { args: "expected an array" }),
    ...(isObject ? {} : { kwargs: "expected an object" }),
  };
  return { args: Array.isArray(args) ? args : [], kwargs: isObject ? (kwargs as Record<string, unknown>) : {}, faults };
}

function firstTexts(fields: readonly Field[], before: Before | undefined): Texts {
  if (!before) return {};
  if (fields !== RAW) return textsOf(fields, before);
  return { args: JSON.stringify(before.args), kwargs: JSON.stringify(before.kwargs) };
}

export function SubmitForm({ of, before, origin, onSubmitted }: FormProps): JSX.Element {
  const fields = useMemo(() => (of.parameters ? fieldsOf(of.parameters as JsonSchema) : RAW), [of.parameters]);
  const [texts, setTexts] = useState<Texts>(() => firstTexts(fields, before));
  const firstOptions = useRef(textsOfOptions({ tags: of.tags, ...before?.options })).current;
  const [options, setOptions] = useState<OptionTexts>(firstOptions);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const key = useRef(newKey());
  const form = useRef<HTMLFormElement>(null);
  const { call, faults } = draftOf(of, before, fields, texts, options);
  const shown = isTried ? faults : {};
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (isBusy || !canOperate.peek()) return;
    setTried(true);
    if (Object.keys(faults).length) return complain(faults, form.current);
    setBusy(true);
    const again = { ...call, ...takenOut(firstOptions, options) };
    const send = () => (origin ? rerunTask(origin, again) : submit(call, key.current));
    const submitted = await act("Submit", send, onSubmitted);
    if (submitted) key.current = newKey();
    setBusy(false);
  };
  return (
    <form class="submit-form" ref={form} onSubmit={(event) => void onSubmit(event)} noValidate>
      {fields.length === 0 && <p class="muted">It takes no arguments.</p>}
      {fields.map((field) => (
        <SchemaField
          key={field.name}
          field={field}
          text={texts[field.name]}
          fault={shown[field.name]}
          onChange={(text) => setTexts(changed(texts, field.name, text))}
        />
      ))}
      <Options of={of} texts={options} faults={shown} onChange={setOptions} />
      <footer>
        <Button
          type="submit"
          kind="primary"
          icon="send"
          isBusy={isBusy}
          onClick={() => undefined}
          refused={canOperate.value ? null : "needs the role operator"}
        >
          {origin ? "Run as a new task" : "Submit"}
        </Button>
      </footer>
      <InOtherWords call={call} module={of.module} isComplete={Object.keys(faults).length === 0} />
    </form>
  );
}

function changed(texts: Texts, name: string, text: string | undefined): Texts {
  const { [name]: _before, ...others } = texts;
  return text === undefined ? others : { ...others, [name]: text };
}

function complain(faults: Record<string, string>, form: HTMLFormElement | null): void {
  const [name = "", fault = ""] = Object.entries(faults)[0] ?? [];
  form?.querySelector<HTMLElement>(`[id="field-${CSS.escape(name)}"]`)?.focus();
  announce(`${name} ${fault}`);
}

function Options({
  of,
  texts,
  faults,
  onChange,
}: {
  of: TaskFunction;
  texts: OptionTexts;
  faults: Record<string, string>;
  onChange: (texts: OptionTexts) => void;
}): JSX.Element {
  return (
    <fieldset class="options">
      <legend>Options</legend>
      <label class="field">
        <span>Priority</span>
        <select
          value={texts.priority}
          onChange={(event) => onChange({ ...texts, priority: event.currentTarget.value })}
        >
          <option value="">As declared{of.priority ? `: ${of.priority}` : ""}</option>
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {priority}
            </option>
          ))}
        </select>
      </label>
      {OPTION_FIELDS.map(({ name, label }) => (
        <label class="field" key={name}>
          <span>{label}</span>
          <input
            id={`field-${name}`}
            inputMode="decimal"
            value={texts[name]}
            autocomplete="off"
            aria-invalid={faults[name] ? "true" : undefined}
            onInput={(event) => onChange({ ...texts, [name]: event.currentTarget.value })}
          />
          {faults[name] && <span class="fault">{faults[name]}</span>}
        </label>
      ))}
      <label class="field lines">
        <span>Tags, one a line</span>
        <textarea
          id={`field-${TAGS}`}
          rows={2}
          spellcheck={false}
          value={texts.tags}
          aria-invalid={faults[TAGS] ? "true" : undefined}
          onInput={(event) => onChange({ ...texts, tags: event.currentTarget.value })}
        />
        {faults[TAGS] && <span class="fault">{faults[TAGS]}</span>}
      </label>
    </fieldset>
  );
}

const WORDS = { Python: asPython, "Command line": asCommand, curl: asCurl } as const;
type Words = keyof typeof WORDS;

function InOtherWords({
  call,
  module,
  isComplete,
}: {
  call: Draft["call"];
  module: string | null;
  isComplete: boolean;
}): JSX.Element {
  const [words, setWords] = useState<Words>("Python");
  const target = useTarget(module);
  return (
    <details class="other-words">
      <summary>The same in Python, on the command line, with curl</summary>
      <Segments
        label="Language"
        value={words}
        onChange={(value) => setWords(value as Words)}
        choices={Object.keys(WORDS).map((value) => ({ value, label: value }))}
      />
      {isComplete ? (
        <Code label={words}>{WORDS[words](call, target)}</Code>
      ) : (
        <p class="muted">As soon as the form is complete.</p>
      )}
    </details>
  );
}
