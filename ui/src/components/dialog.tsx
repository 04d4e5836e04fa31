// A modal dialog on the native element: it keeps the focus inside, Escape closes it, the focus goes back.
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./basics";
import { Boundary } from "./boundary";

const FIELD = ":is(input, select, textarea):not([type=hidden], [disabled])";

/** Where the first key goes, in this order; the button that closes only where there is nothing else. */
const FIRST = [
  `form ${FIELD}:not([type=checkbox])`, // a box is rarely what a form is about
  `form ${FIELD}`,
  "form > footer button", // of those that ask: the one that changes nothing
  FIELD,
  ".dialog-inner > :not(header) :is(a[href], button, [tabindex='0'])",
];

/** Focus the first control that is meant for people here; false while there is none but the one that closes. */
function focusFirst(dialog: HTMLElement): boolean {
  for (const selector of FIRST) {
    const found = dialog.querySelector<HTMLElement>(selector);
    if (found) return found.focus(), true;
  }
  return false;
}

/** Focus it as soon as it comes, unless a person has gone somewhere else meanwhile. */
function focusWhenThere(dialog: HTMLElement): () => void {
  const waiting = dialog.querySelector<HTMLElement>("header button");
  const observer = new MutationObserver(() => {
    const hasGone = document.activeElement !== waiting && dialog.contains(document.activeElement);
    if ((hasGone && document.activeElement !== dialog) || focusFirst(dialog)) observer.disconnect();
  });
  observer.observe(dialog, { childList: true, subtree: true });
  return () => observer.disconnect();
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
    const dialog = element.current;
    dialog?.showModal();
    const stop = dialog && !focusFirst(dialog) ? focusWhenThere(dialog) : undefined;
    return () => {
      stop?.();
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
        <Boundary of="dialog">{children}</Boundary>
      </div>
    </dialog>
  );
}
