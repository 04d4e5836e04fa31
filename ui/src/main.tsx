// The entry: styles, then what runs beside the page, then the page.
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/tables.css";
import "./styles/pages.css";
import "./styles/narrow.css";
import { render } from "preact";
import { App } from "./app";
import { startDoubleClicks } from "./components/double-click";
import { startLive } from "./live/live";
import { startRouter } from "./router/location";
import { enter, takeOnce } from "./shell/login";
import { startClock } from "./state/clock";
import { loadSession } from "./state/session";
import { startShortcuts } from "./state/shortcuts";
import { startTheme } from "./state/theme";

async function start(root: HTMLElement): Promise<void> {
  startTheme();
  startRouter();
  startClock();
  startShortcuts();
  startDoubleClicks();
  const once = takeOnce();
  // A used or old word is no reason to stop: the login says what to do.
  if (once) await enter({ once }).catch(() => undefined);
  await loadSession();
  render(<App />, root);
  startLive();
}

void start(document.getElementById("app") as HTMLElement);
