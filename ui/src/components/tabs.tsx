// Choices of which one is taken, kept in the URL: tabs of a page, ranges of time.
import type { ComponentChildren, JSX } from "preact";
import { param, setParams } from "../router/location";

export interface Choice {
  value: string;
  label: ComponentChildren;
}

/** What in the URL is of one tab: in another, a cursor is of another list, and refused for ever. */
const OF_ONE_TAB = ["cursor", "operation", "from", "row"];

/** Tabs with a roving focus; the arrows change the tab. The first is the default and leaves the URL clean. */
export function Tabs({
  name,
  label,
  choices,
}: {
  name: string;
  label: string;
  choices: readonly Choice[];
}): JSX.Element {
  const chosen = param(name, choices[0]?.value);
  const none = Object.fromEntries(OF_ONE_TAB.map((one) => [one, ""]));
  const choose = (value: string) => setParams({ ...none, [name]: value === choices[0]?.value ? "" : value });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = choices.findIndex(({ value }) => value === chosen);
    const next = choices[(at + step + choices.length) % choices.length];
    event.preventDefault();
    if (next) choose(next.value);
    const list = event.currentTarget as HTMLElement;
    requestAnimationFrame(() => list.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {choices.map(({ value, label: text }) => (
        <button
          key={value}
          type="button"
          role="tab"
          aria-selected={value === chosen}
          tabIndex={value === chosen ? 0 : -1}
          onClick={() => choose(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** A few choices side by side. */
export function Segments({
  label,
  choices,
  value,
  onChange,
}: {
  label: string;
  choices: readonly Choice[];
  value: string;
  onChange: (value: string) => void;
}): JSX.Element {
  return (
    <div class="segments" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}
