// Asking before doing: what exactly, how many; to be typed when there is no way back or when it is many.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./basics";
import { Dialog } from "./dialog";

interface Field {
  name: string;
  label: string;
  hint?: string;
  type?: "text" | "number";
  /** What can be chosen; without this, anything can be written. */
  choices?: readonly string[];
  /** What is chosen at the beginning; without this, the first one. */
  chosen?: string;
}

export interface Question {
  title: string;
  text: string;
  verb: string;
  isDangerous?: boolean;
  /** What has to be typed first. */
  typed?: string;
  /** Fields for more to say, by name. */
  fields?: Field[];
}

type Answers = Record<string, string>;
const asked = signal<{ question: Question; answer: (answers: Answers | null) => void } | null>(null);

/** Ask, and return what was filled in, or null when the person does not want to. */
export function confirm(question: Question): Promise<Answers | null> {
  asked.peek()?.answer(null);
  return new Promise((answer) => (asked.value = { question, answer }));
}

export function ConfirmDialog(): JSX.Element | null {
  return asked.value && <Ask key={asked.value.question.title} {...asked.value} />;
}

function atFirst({ name, choices, chosen }: Field): [string, string][] {
  return choices ? [[name, chosen ?? choices[0] ?? ""]] : [];
}

function Ask({ question, answer }: { question: Question; answer: (answers: Answers | null) => void }): JSX.Element {
  const [typed, setTyped] = useState("");
  const [answers, setAnswers] = useState<Answers>(() =>
    Object.fromEntries((question.fields ?? []).flatMap(atFirst)),
  );
  const finish = (result: Answers | null) => {
    asked.value = null;
    answer(result);
  };
  const missing = question.typed && typed !== question.typed ? `type ${question.typed} first` : null;
  return (
    <Dialog title={question.title} onClose={() => finish(null)}>
      <form method="dialog" onSubmit={(event) => (event.preventDefault(), missing || finish(answers))}>
        <p>{question.text}</p>
        {question.fields?.map(({ name, label, hint, type = "text", choices }) => (
          <label class="field" key={name}>
            <span>{label}</span>
            {choices ? (
              <select
                value={answers[name]}
                onChange={(event) => setAnswers({ ...answers, [name]: event.currentTarget.value })}
              >
                {choices.map((choice) => (
                  <option key={choice}>{choice}</option>
                ))}
              </select>
            ) : (
              <input
                inputMode={type === "number" ? "decimal" : "text"}
                value={answers[name] ?? ""}
                onInput={(event) => setAnswers({ ...answers, [name]: event.currentTarget.value })}
              />
            )}
            {hint && <small>{hint}</small>}
          </label>
        ))}
        {question.typed && (
          <label class="field">
            <span>
              Type <b>{question.typed}</b> to go on
            </span>
            <input value={typed} onInput={(event) => setTyped(event.currentTarget.value)} autocomplete="off" />
          </label>
        )}
        <footer>
          <Button onClick={() => finish(null)}>Keep as it is</Button>
          <Button
            type="submit"
            kind={question.isDangerous ? "danger" : "primary"}
            refused={missing}
            onClick={() => undefined}
          >
            {question.verb}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
