// A modal dialog on the native element: it keeps the focus inside, Escape closes it, the focus goes back.
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./basics";

const FIRST_FIELD = "form :is(input, select, textarea):not([type=checkbox])";

/** Where the first key goes: into a field; else to the button that changes nothing, of those that ask. */
function focusFirst(dialog: HTMLElement): void {
  (dialog.querySelector<HTMLElement>(FIRST_FIELD) ?? dialog.querySelector<HTMLElement>("form > footer button"))?.focus();
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  class?: string;
  isBare?: boolean;
}

export function Dialog({ title, onClose, children, class: extra = "", isBare = false }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  // Before the next key is handled, not after the next frame: what is typed meanwhile is meant for the dialog.
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    if (element.current) focusFirst(element.current);
    return () => {
      // Once the dialog is gone: as long as it is there, nothing else takes the focus.
      queueMicrotask(() => before instanceof HTMLElement && before.isConnected && before.focus());
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${extra}`}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === element.current && onClose()}
    >
      <div class="dialog-inner">
        {!isBare && (
          <header>
            <h2>{title}</h2>
            <Button kind="ghost" icon="close" label="Close" onClick={onClose} />
          </header>
        )}
        {children}
      </div>
    </dialog>
  );
}
