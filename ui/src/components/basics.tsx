// Buttons, links that look like buttons, copying, moments, badges: the small parts.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { fullTime, momentOf, relative } from "../format/times";
import { NOTHING } from "../format/numbers";
import { isUtc, now } from "../state/clock";
import { copy } from "../state/clipboard";
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName;
  kind?: "plain" | "primary" | "danger" | "ghost";
  /** Said instead of the children, for buttons that show only an icon. */
  label?: string;
  title?: string;
  /** Why it cannot be pressed now; such a button stays focusable, so that everybody can learn it. */
  refused?: string | null;
  isBusy?: boolean;
  isPressed?: boolean;
  /** What takes time is a promise: until it is kept, and for the rest of a double click, it is not begun again. */
  onClick: () => unknown;
  keys?: string;
  type?: "button" | "submit";
  class?: string;
}

export function Button(props: ButtonProps): JSX.Element {
  const { icon, kind = "plain", label, refused, isBusy, isPressed, keys, type = "button", class: extra = "" } = props;
  const [isUnderWay, setUnderWay] = useState(false);
  const hasBegun = useRef(false);
  const isWaiting = isBusy || isUnderWay;
  const isOff = Boolean(refused) || isWaiting;
  const press = (event: MouseEvent) => {
    if (isOff || (hasBegun.current && event.detail > 1)) return event.preventDefault();
    const result = props.onClick();
    hasBegun.current = result instanceof Promise;
    if (!(result instanceof Promise)) return;
    setUnderWay(true);
    void result.finally(() => setUnderWay(false));
  };
  const title = refused || props.title || (keys ? `${label ?? ""} (${keys})`.trim() : label);
  return (
    <button
      type={type}
      class={`button ${kind} ${props.children ? "" : "icon-only"} ${extra}`}
      aria-label={label}
      aria-disabled={isOff ? "true" : undefined}
      aria-busy={isWaiting ? "true" : undefined}
      aria-pressed={isPressed}
      aria-keyshortcuts={keys}
      title={title}
      onClick={press}
    >
      {icon && <Icon name={icon} />}
      {props.children}
    </button>
  );
}

/** Copies a text and says so for a moment. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }): JSX.Element {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [isDone]);
  return (
    <Button
      kind="ghost"
      icon={isDone ? "check" : "copy"}
      label={isDone ? "Copied" : label}
      class="small"
      onClick={() => void copy(text).then(setDone)}
    />
  );
}

/** A moment as "4 s ago", with the full time as its title. */
export function Ago({ at }: { at: string | null | undefined }): JSX.Element {
  const moment = momentOf(at);
  if (moment === null) return <span class="muted">{NOTHING}</span>;
  return (
    <time dateTime={at ?? ""} title={fullTime(moment, isUtc.value)}>
      {relative(moment, now.value)}
    </time>
  );
}

/** A moment in full. */
export function Moment({ at }: { at: string | null | undefined }): JSX.Element {
  const moment = momentOf(at);
  if (moment === null) return <span class="muted">{NOTHING}</span>;
  return (
    <time dateTime={at ?? ""} title={relative(moment, now.value)}>
      {fullTime(moment, isUtc.value)}
    </time>
  );
}

export function Badge({
  tone = "neutral",
  icon,
  children,
  title,
}: {
  tone?: "neutral" | "accent" | "good" | "bad" | "warn";
  icon?: IconName;
  children: ComponentChildren;
  title?: string;
}): JSX.Element {
  return (
    <span class={`badge ${tone}`} title={title}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

/** A part of a whole as a bar; the text beside it says the same. */
export function Meter({
  value,
  of,
  label,
  tone = "accent",
}: {
  value: number;
  of: number;
  label: string;
  tone?: "accent" | "warn" | "bad";
}): JSX.Element {
  const part = of > 0 ? Math.min(1, value / of) : 0;
  return (
    <span class={`meter ${tone}`} role="img" aria-label={label} title={label}>
      <span style={{ width: `${part * 100}%` }} />
    </span>
  );
}

export function Code({ children, label }: { children: string; label?: string }): JSX.Element {
  return (
    <div class="code">
      <pre tabIndex={0} role="group" aria-label={label ?? "code"}>
        <code>{children}</code>
      </pre>
      <CopyButton text={children} label={label ? `Copy ${label}` : "Copy"} />
    </div>
  );
}

export function Facts({ children }: { children: ComponentChildren }): JSX.Element {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
