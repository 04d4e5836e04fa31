// Asking before doing: what exactly, how many; to be typed when there is no way back or when it is many.
import { signal } from "@preact/signals";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { announce } from "../state/announcer";
import { Button } from "./basics";
import { Dialog } from "./dialog";
import { type Answers, faultOf, firstAnswers, QuestionControl, type QuestionField } from "./question-field";

export interface Question {
  title: string;
  text: string;
  verb: string;
  isDangerous?: boolean;
  /** What has to be typed first. */
  typed?: string;
  /** More to say; the dialog stays until it can be taken. */
  fields?: readonly QuestionField[];
}

const TYPED_FROM = 100;

/** What is done to tasks: to how many, and whether nothing brings back what it was before. */
interface OfTasks extends Pick<Question, "title" | "text" | "verb"> {
  number: number;
  isForGood: boolean;
}

/** The question about one task, from its own page and from a list. */
export function questionOfOne(verb: string, name: string): { title: string; verb: string } {
  return { title: `${verb} ${name}?`, verb: `${verb} the task` };
}

/**
 * Ask about tasks, one or many, by one rule: the number has to be typed for more than 100 tasks, and for more than one
 * where there is no way back. Of one task its name is the question: there is no number to be mistaken about.
 */
export async function confirmTasks({ number, isForGood, ...question }: OfTasks): Promise<boolean> {
  const typed = number > (isForGood ? 1 : TYPED_FROM) ? { typed: String(number) } : {};
  return (await confirm({ ...question, isDangerous: isForGood, ...typed })) !== null;
}

const asked = signal<{ question: Question; answer: (answers: Answers | null) => void } | null>(null);

/** Ask, and return what was filled in, or null when the person does not want to. */
export function confirm(question: Question): Promise<Answers | null> {
  asked.peek()?.answer(null);
  return new Promise((answer) => (asked.value = { question, answer }));
}

export function ConfirmDialog(): JSX.Element | null {
  return asked.value && <Ask key={asked.value.question.title} {...asked.value} />;
}

function Ask({ question, answer }: { question: Question; answer: (answers: Answers | null) => void }): JSX.Element {
  const { title, text, verb, isDangerous, typed: word, fields = [] } = question;
  const [typed, setTyped] = useState("");
  const [answers, setAnswers] = useState(() => firstAnswers(fields));
  const [isTried, setTried] = useState(false);
  const fault = (field: QuestionField) => faultOf(field, answers[field.name] ?? "");
  const missing = word && typed !== word ? `type ${word} first` : null;
  const finish = (result: Answers | null) => {
    asked.value = null;
    answer(result);
  };
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (missing) return;
    setTried(true);
    const wrong = fields.find(fault);
    if (wrong) complain(wrong, fault(wrong), event.currentTarget);
    else finish(trimmed(answers));
  };
  return (
    <Dialog title={title} onClose={() => finish(null)}>
      <form method="dialog" onSubmit={onSubmit}>
        <p>{text}</p>
        {fields.map((field) => (
          <QuestionControl
            key={field.name}
            field={field}
            text={answers[field.name] ?? ""}
            fault={isTried ? fault(field) : null}
            onChange={(said) => setAnswers({ ...answers, [field.name]: said })}
          />
        ))}
        {word && (
          <label class="field">
            <span>
              Type <b>{word}</b> to go on
            </span>
            <input value={typed} onInput={(event) => setTyped(event.currentTarget.value)} autocomplete="off" />
          </label>
        )}
        <footer>
          <Button onClick={() => finish(null)}>Keep as it is</Button>
          <Button type="submit" kind={isDangerous ? "danger" : "primary"} refused={missing} onClick={() => undefined}>
            {verb}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function trimmed(answers: Answers): Answers {
  return Object.fromEntries(Object.entries(answers).map(([name, text]) => [name, text.trim()]));
}

function complain({ name, label }: QuestionField, fault: string | null, form: HTMLFormElement): void {
  form.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`)?.focus();
  announce(`${label}: ${fault}`);
}
