// A double click belongs to what its first click met: when that opened or closed a dialog, the rest of it does nothing.

const SERIES_MILLISECONDS = 500;
const SAME_PLACE_PIXELS = 6;

/** The last click that began a series: when, where, and which dialog was open. */
interface First {
  at: number;
  x: number;
  y: number;
  dialog: Element | null;
}

function openDialog(): Element | null {
  return [...document.querySelectorAll("dialog[open]")].at(-1) ?? null;
}

/** Whether a press or a click follows the first one at its place. What the browser counts begins anew with a dialog. */
function isFurther(event: MouseEvent, first: First): boolean {
  const isNear = Math.hypot(event.clientX - first.x, event.clientY - first.y) <= SAME_PLACE_PIXELS;
  const isByKey = event.type === "click" && event.detail === 0;
  return !isByKey && isNear && event.timeStamp - first.at < SERIES_MILLISECONDS;
}

/** Keep what follows a first click away from what it was not meant for; once per page. */
export function startDoubleClicks(): void {
  let first: First = { at: -Infinity, x: 0, y: 0, dialog: null };
  const take = (event: MouseEvent) => {
    if (!isFurther(event, first)) {
      if (event.type === "click")
        first = { at: event.timeStamp, x: event.clientX, y: event.clientY, dialog: openDialog() };
    } else if (openDialog() !== first.dialog) {
      first.at = event.timeStamp;
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  for (const type of ["pointerdown", "mousedown", "click", "dblclick"] as const)
    document.addEventListener(type, take, { capture: true });
}
