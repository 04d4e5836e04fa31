// The page as a whole: the shell around the page that the URL names.
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Boundary } from "./components/boundary";
import { ConfirmDialog } from "./components/confirm";
import { Api } from "./pages/api/page";
import { Errors } from "./pages/errors/page";
import { Functions } from "./pages/functions/page";
import { NotFound } from "./pages/not-found";
import { Overview } from "./pages/overview/page";
import { Queues } from "./pages/queues/page";
import { System } from "./pages/system/page";
import { TaskDetail } from "./pages/task/page";
import { Tasks } from "./pages/tasks/page";
import { Workers } from "./pages/workers/page";
import { navigate, param, route } from "./router/location";
import { type Route, urlOf } from "./router/route";
import { Banner } from "./shell/banner";
import { Happenings } from "./shell/happenings";
import { Help, openHelp } from "./shell/help";
import { togglePause } from "./shell/live-chip";
import { Login } from "./shell/login";
import { openPalette, Palette } from "./shell/palette";
import { NAVIGATION } from "./shell/pages";
import { Toasts } from "./shell/toasts";
import { TopBar } from "./shell/top-bar";
import { announcement } from "./state/announcer";
import { isLockedOut } from "./state/session";
import { useShortcuts } from "./state/shortcuts";
import { toggleTheme } from "./state/theme";

type Page = ComponentType<{ subject: string }>;
const VIEWS: Record<Route["page"], Page> = {
  overview: Overview,
  tasks: Tasks,
  errors: Errors,
  queues: Queues,
  workers: Workers,
  functions: Functions,
  system: System,
  api: Api,
  unknown: NotFound,
};

function viewOf({ page, subject }: Route): Page {
  return page === "tasks" && subject ? TaskDetail : VIEWS[page];
}

export function App(): JSX.Element {
  return (
    <Boundary of="page">
      <p class="offscreen" role="status" aria-live="polite">
        {announcement.value}
      </p>
      {isLockedOut.value ? <Login /> : <Shell />}
      <Boundary of="dialog">
        <ConfirmDialog />
      </Boundary>
      <Toasts />
    </Boundary>
  );
}

function Shell(): JSX.Element {
  const { page, subject } = route.value;
  const View = viewOf(route.value);
  const isBare = param("kiosk") === "1" || param("panel") !== ""; // on a wall, or in a frame
  useTitle(page, subject);
  useGlobalKeys();
  const skip = (event: Event) => {
    event.preventDefault(); // with <base href>, a link to a fragment would leave the page
    document.getElementById("main")?.focus();
  };
  return (
    <>
      {!isBare && (
        <a class="skip" href="#main" onClick={skip}>
          Skip to the content
        </a>
      )}
      {!isBare && (
        <Boundary of="bar">
          <TopBar />
        </Boundary>
      )}
      <Boundary of="bar">
        <Happenings />
        <Banner />
      </Boundary>
      <main id="main" tabIndex={-1}>
        <Boundary of="page" key={`${page}/${subject}`}>
          <View subject={subject} />
        </Boundary>
      </main>
      <Boundary of="dialog">
        <Palette />
        <Help />
      </Boundary>
    </>
  );
}

function useTitle(page: string, subject: string): void {
  useEffect(() => {
    const label = NAVIGATION.find((one) => one.page === page)?.label ?? "Not found";
    document.title = `${subject ? `${subject} · ` : ""}${label} · FastWorker`;
  }, [page, subject]);
}

function focusSearch(): void {
  const field = document.querySelector<HTMLElement>("[data-search]");
  if (field) field.focus();
  else openPalette();
}

function useGlobalKeys(): void {
  const group = "Everywhere";
  useShortcuts([
    ...NAVIGATION.map(({ page, label, key }) => ({
      keys: `g ${key}`,
      label,
      group: "Go to",
      run: () => navigate(urlOf(page)),
    })),
    { keys: "Ctrl+k", label: "Search, go to, do", group, run: openPalette },
    { keys: "/", label: "Search", group, run: focusSearch },
    { keys: "r", label: "Pause or resume live updates", group, run: togglePause },
    { keys: "t", label: "Light or dark theme", group, run: toggleTheme },
    { keys: "?", label: "This help", group, run: openHelp },
  ]);
}
