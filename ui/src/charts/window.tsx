// Beside the charts: the part of the time that was dragged on one of them.
import type { JSX } from "preact";
import { Button } from "../components/basics";
import { clockTime } from "../format/times";
import { urlOf } from "../router/route";
import { isUtc } from "../state/clock";
import { zoomed, zoomTo } from "./zoom";

/** From when to when, the tasks of that time, and the way back to all of it. */
export function Window(): JSX.Element | null {
  const zoom = zoomed();
  if (!zoom) return null;
  const clock = (at: number) => clockTime(at * 1000, isUtc.value);
  const iso = (at: number) => new Date(at * 1000).toISOString();
  return (
    <p class="window">
      {clock(zoom.from)} – {clock(zoom.to)}
      <a href={urlOf("tasks", "", { since: iso(zoom.from), until: iso(zoom.to) })}>Tasks of this time</a>
      <Button kind="ghost" icon="close" class="small" label="Show the whole range" onClick={() => zoomTo(null)} />
    </p>
  );
}
