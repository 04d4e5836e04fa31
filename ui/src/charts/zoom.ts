// The window of time that all charts show: in the URL, set by a drag on any chart.
import { param, setParams } from "../router/location";

export interface Zoom {
  /** Unix seconds. */
  from: number;
  to: number;
}

/** Return the window, or null for all of the range. */
export function zoomed(): Zoom | null {
  const from = Number(param("from"));
  const to = Number(param("to"));
  return from > 0 && to > from ? { from, to } : null;
}

export function zoomTo(zoom: Zoom | null): void {
  setParams(
    { from: zoom ? String(Math.floor(zoom.from)) : "", to: zoom ? String(Math.ceil(zoom.to)) : "" },
    { replace: false },
  );
}
