// The last hour of a worker.
import { expect, test } from "vitest";
import { withSlots } from "../src/pages/workers/charts";

test("beside what is measured stands how many slots there are, at each moment", () => {
  const series = {
    step_seconds: 10,
    at: [10, 20],
    columns: { busy_slots: [1, null] },
    slots: 4,
    is_kept: true,
    as_of: "2026-01-01T00:00:00Z",
  };
  expect(withSlots(series)).toEqual({ at: [10, 20], columns: { busy_slots: [1, null], slots: [4, 4] } });
});
