// Ctrl-K: go anywhere and do anything by its name.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { FunctionPage } from "../api/types";
import { Dialog } from "../components/dialog";
import { Icon } from "../components/icons";
import { count } from "../format/numbers";
import { useResource } from "../live/resource";
import { navigate, param, setParams } from "../router/location";
import { shortcuts } from "../state/shortcuts";
import { entriesFor } from "./palette-entries";

const OPEN = "palette";

export const openPalette = (): void => setParams({ [OPEN]: "1" });

export function Palette(): JSX.Element | null {
  return param(OPEN) ? <Open /> : null;
}

function Open(): JSX.Element {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const functions = useResource<FunctionPage>("functions?limit=200");
  const entries = entriesFor(typed, { functions: functions.data?.items ?? [], shortcuts: shortcuts.value }, navigate);
  const chosen = Math.min(at, entries.length - 1);
  const close = () => setParams({ [OPEN]: "" });
  const run = (index: number) => {
    close();
    // After the dialog is gone: what runs may open one itself.
    setTimeout(() => entries[index]?.run());
  };
  useEffect(() => {
    document.getElementById(`entry-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") run(chosen);
    else if (step) setAt((chosen + step + entries.length) % entries.length);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to or do" onClose={close} class="palette" isBare>
      <div class="palette-input">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="entries"
          aria-activedescendant={`entry-${chosen}`}
          aria-label="A page, a function, an action, or the id of a task"
          placeholder="Page, function, action, task id…"
          value={typed}
          autocomplete="off"
          onKeyDown={onKeyDown}
          onInput={(event) => (setTyped(event.currentTarget.value), setAt(0))}
        />
        <kbd>Esc</kbd>
      </div>
      <ul role="listbox" id="entries" aria-label="What fits">
        {entries.map(({ id, label, hint }, index) => (
          <li
            key={id}
            id={`entry-${index}`}
            role="option"
            aria-selected={index === chosen}
            onPointerMove={() => setAt(index)}
            onClick={() => run(index)}
          >
            <span>{label}</span>
            <small>{hint}</small>
          </li>
        ))}
        {entries.length === 0 && (
          <li class="muted" role="option" aria-selected="false">
            Nothing fits
          </li>
        )}
      </ul>
      {functions.data?.next_cursor && (
        <p class="muted note">
          Of the {count(functions.data.total.value)} functions, the first {count(functions.data.items.length)} are offered.
        </p>
      )}
    </Dialog>
  );
}
