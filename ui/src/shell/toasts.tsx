// The toasts. The live region reads them out; here they are only shown.
import type { JSX } from "preact";
import { Button } from "../components/basics";
import { Icon } from "../components/icons";
import { closeToast, toasts } from "../state/toasts";

const ICONS = { good: "check", bad: "warn", going: "hourglass" } as const;

export function Toasts(): JSX.Element {
  return (
    <div class="toasts">
      {toasts.value.map(({ id, kind, text, detail, action }) => (
        <div key={id} class={`toast ${kind}`}>
          <Icon name={ICONS[kind]} />
          <div>
            <p>{text}</p>
            {detail && <p class="muted">{detail}</p>}
          </div>
          {action && <Button onClick={() => (action.run(), closeToast(id))}>{action.label}</Button>}
          <Button kind="ghost" icon="close" label="Close" class="small" onClick={() => closeToast(id)} />
        </div>
      ))}
    </div>
  );
}
