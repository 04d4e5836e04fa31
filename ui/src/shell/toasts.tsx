// The toasts. The live region reads them out; here they are only shown.
import type { JSX } from "preact";
import { Button } from "../components/basics";
import { Icon } from "../components/icons";
import { useShortcuts } from "../state/shortcuts";
import { closeToast, toasts } from "../state/toasts";
import { UNDO_KEY } from "../state/undo";

const ICONS = { good: "check", bad: "warn", going: "hourglass" } as const;

export function Toasts(): JSX.Element {
  const last = toasts.value.findLast(({ action }) => action?.keys);
  const run = () => last?.action && (last.action.run(), closeToast(last.id));
  useShortcuts(last ? [{ keys: UNDO_KEY, label: "Undo what was done last", group: "Everywhere", run }] : []);
  return (
    <div class="toasts">
      {toasts.value.map(({ id, kind, text, detail, action }) => (
        <div key={id} class={`toast ${kind}`}>
          <Icon name={ICONS[kind]} />
          <div>
            <p>{text}</p>
            {detail && <p class="muted">{detail}</p>}
          </div>
          {action && (
            <Button {...(action.keys ? { keys: action.keys } : {})} onClick={() => (action.run(), closeToast(id))}>
              {action.label}
            </Button>
          )}
          <Button kind="ghost" icon="close" label="Close" class="small" onClick={() => closeToast(id)} />
        </div>
      ))}
    </div>
  );
}
