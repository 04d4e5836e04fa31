// How far back the charts go: in the URL.
import type { JSX } from "preact";
import type { Range } from "../../api/types";
import { Segments } from "../../components/tabs";
import { param, setParams } from "../../router/location";
import { RANGES } from "./series";

const FIRST = "15m";

/** Return the range that the URL asks for. */
export function rangeAsked(): Range {
  const asked = param("range", FIRST) as Range;
  return RANGES.includes(asked) ? asked : FIRST;
}

export function RangeChoice({ value }: { value: Range }): JSX.Element {
  return (
    <Segments
      label="Range of the charts"
      value={value}
      choices={RANGES.map((one) => ({ value: one, label: one }))}
      onChange={(one) => setParams({ range: one === FIRST ? "" : one, from: "", to: "" })}
    />
  );
}
