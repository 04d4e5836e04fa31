// The last hour of a worker.
import { expect, test } from "vitest";
import { linesOf } from "../src/pages/overview/series";
import { CHARTS } from "../src/pages/workers/charts";

test("beside the slots that were busy stands how many there were at that moment", () => {
  const { recipe } = CHARTS.find(({ title }) => title === "Busy slots")!;
  const lines = linesOf({ columns: { busy_slots: [1, 2], slots: [4, 8] } }, recipe);
  expect(lines.map(({ label, values }) => [label, values])).toEqual([
    ["busy", [1, 2]],
    ["slots", [4, 8]],
  ]);
});
