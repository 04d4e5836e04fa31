// The keys of a chart: the arrows choose a moment and tell its numbers, Shift makes it a part of the time, Enter shows it.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clockTime } from "../format/times";
import { isUtc } from "../state/clock";
import { moved, type Picked, placeOf, spanOf } from "./picking";
import { type Zoom, zoomed, zoomTo } from "./zoom";

interface PickerProps {
  title: string;
  /** The moments that are shown, unix seconds. */
  points: readonly number[];
  /** What the chart says of a moment. */
  textAt: (at: number) => string;
  onPick: (span: Zoom | null, at: number | null) => void;
}

/** Lies over the drawing without being in the way of the mouse. */
export function Picker({ title, points, textAt, onPick }: PickerProps): JSX.Element {
  const [picked, setPicked] = useState<Picked | null>(null);
  useEffect(() => onPick(picked && spanOf(picked, points), picked && picked.other), [picked, points]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moved(picked, points, event);
    if (next) setPicked(next);
    else if (event.key === "Enter" && picked) (zoomTo(spanOf(picked, points)), setPicked(null));
    else if (event.key === "Escape" && picked) setPicked(null);
    else if (event.key === "Escape" && zoomed()) zoomTo(null);
    else return;
    event.preventDefault();
    event.stopPropagation(); // these keys are not the page's now
  };
  const clock = (at: number) => clockTime(at * 1000, isUtc.value);
  const last = points.at(-1) ?? 0;
  const at = picked?.other ?? last;
  const isSpan = picked !== null && picked.anchor !== picked.other;
  const span = picked && spanOf(picked, points);
  const said = isSpan && span ? `${clock(span.from)} to ${clock(span.to)}` : `${clock(at)}: ${textAt(at)}`;
  return (
    <>
      <div
        class="picker"
        role="slider"
        tabIndex={0}
        aria-label={`${title}: arrows choose a moment, Shift takes more, Enter shows it alone, Escape all`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, points.length - 1)}
        aria-valuenow={placeOf(points, at)}
        aria-valuetext={said}
        onKeyDown={onKeyDown}
        onBlur={() => setPicked(null)}
      />
      {picked && (
        <p class="picked" aria-hidden="true">
          {isSpan ? said : clock(at)} <kbd>Enter</kbd>
        </p>
      )}
    </>
  );
}
