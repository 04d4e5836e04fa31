// The chip that says how fresh the page is, and pauses it.
import type { JSX } from "preact";
import { Icon, type IconName } from "../components/icons";
import { isPaused, link } from "../live/live";
import { localNow, now } from "../state/clock";
import { useOverview } from "./overview-data";

interface Face {
  tone: string;
  icon: IconName;
  text: string;
}

const STALE_MILLISECONDS = 10_000; // the overview comes each second

function face(overviewAge: number): Face {
  const state = link.value;
  if (isPaused.value) return { tone: "warn", icon: "pause", text: "Paused" };
  if (state.state === "live" && overviewAge > STALE_MILLISECONDS) return { tone: "warn", icon: "clock", text: "Stale" };
  if (state.state === "live") return { tone: "good", icon: "dot", text: "Live" };
  if (state.state === "polling") return { tone: "accent", icon: "retry", text: "Polling 5 s" };
  if (state.state === "connecting") return { tone: "neutral", icon: "clock", text: "Connecting" };
  const seconds = Math.max(0, Math.ceil((state.retryAt - localNow()) / 1000));
  return { tone: "bad", icon: "unplug", text: seconds > 0 ? `Reconnecting ${seconds} s` : "Reconnecting" };
}

export function togglePause(): void {
  isPaused.value = !isPaused.peek();
}

export function LiveChip(): JSX.Element {
  const { asOf } = useOverview();
  const { tone, icon, text } = face(asOf === null ? 0 : now.value - asOf);
  return (
    <button
      type="button"
      class={`live-chip ${tone}`}
      aria-pressed={isPaused.value}
      aria-keyshortcuts="r"
      title={isPaused.value ? "Go on with live updates (r)" : "Pause live updates (r)"}
      onClick={togglePause}
    >
      <Icon name={icon} />
      <span>{text}</span>
    </button>
  );
}
