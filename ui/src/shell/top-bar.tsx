// The bar at the top: where one is, where one can go, how fresh it is.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { logOut } from "../api/actions";
import { Button } from "../components/basics";
import { Icon } from "../components/icons";
import { count, plural } from "../format/numbers";
import { route } from "../router/location";
import { urlOf } from "../router/route";
import { act } from "../state/act";
import { isUtc } from "../state/clock";
import { isLockedOut, session } from "../state/session";
import { isDark, toggleTheme } from "../state/theme";
import { openHelp } from "./help";
import { LiveChip } from "./live-chip";
import { useOverview } from "./overview-data";
import { openPalette } from "./palette";
import { NAVIGATION } from "./pages";

const isMenuOpen = signal(false);

function closeMenu(): void {
  isMenuOpen.value = false;
  document.querySelector<HTMLElement>(".menu-button")?.focus();
}

/** Have Escape do only this, wherever the focus is, until the returned function is called. */
function onEscape(run: () => void): () => void {
  const take = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    event.preventDefault(); // the keys of the page leave alone what has been taken
    run();
  };
  document.addEventListener("keydown", take, { capture: true });
  return () => document.removeEventListener("keydown", take, { capture: true });
}

export function TopBar(): JSX.Element {
  useEffect(() => {
    isMenuOpen.value = false;
  }, [route.value]);
  useEffect(() => (isMenuOpen.value ? onEscape(closeMenu) : undefined), [isMenuOpen.value]);
  return (
    <header class="top-bar">
      <Button
        kind="ghost"
        icon={isMenuOpen.value ? "close" : "menu"}
        label={isMenuOpen.value ? "Close the menu" : "Menu"}
        class="menu-button"
        onClick={() => (isMenuOpen.value = !isMenuOpen.value)}
      />
      <a class="brand" href={urlOf("overview")}>
        <Icon name="bolt" />
        <span>FastWorker</span>
      </a>
      <Navigation />
      <div class="top-tools">
        <button
          type="button"
          class="search-button"
          aria-keyshortcuts="Control+K"
          onClick={openPalette}
        >
          <Icon name="search" />
          <span>Search or go to…</span>
          <kbd>Ctrl K</kbd>
        </button>
        <LiveChip />
        <Zone />
        <Button
          kind="ghost"
          icon={isDark.value ? "sun" : "moon"}
          keys="t"
          label={isDark.value ? "Light theme" : "Dark theme"}
          onClick={toggleTheme}
        />
        <Button kind="ghost" icon="help" label="Keys and help" keys="?" onClick={openHelp} />
        {session.value?.method === "session" && <LogOut />}
      </div>
    </header>
  );
}

function Zone(): JSX.Element {
  return (
    <Button kind="ghost" class="zone" title="Show times local or in UTC" onClick={() => (isUtc.value = !isUtc.value)}>
      {isUtc.value ? "UTC" : "Local"}
    </Button>
  );
}

function LogOut(): JSX.Element {
  const leave = () => act("Log out", logOut, () => (isLockedOut.value = true));
  return (
    <Button kind="ghost" onClick={() => void leave()}>
      Log out
    </Button>
  );
}

function Navigation(): JSX.Element {
  const overview = useOverview().data;
  const badges: Record<string, { text: string; tone: string; label: string } | undefined> = {};
  if (overview && overview.new_errors > 0) {
    const { new_errors: unseen } = overview;
    badges.errors = { text: count(unseen), tone: "bad", label: `${plural(unseen, "kind")} of failures not seen` };
  }
  return (
    <nav class={`navigation ${isMenuOpen.value ? "open" : ""}`} aria-label="Pages">
      {NAVIGATION.map(({ page, label, key }) => (
        <a
          key={page}
          href={urlOf(page)}
          aria-current={route.value.page === page ? "page" : undefined}
          aria-keyshortcuts={`g ${key}`}
          title={`${label} (g ${key})`}
        >
          {label}
          {badges[page] && (
            <span class={`nav-badge ${badges[page].tone}`}>
              <span aria-hidden="true">{badges[page].text}</span>
              <span class="offscreen">{badges[page].label}</span>
            </span>
          )}
        </a>
      ))}
      <Zone />
    </nav>
  );
}
