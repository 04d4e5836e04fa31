import { describe, expect, it } from "vitest";
import { gapsOf, scaleOf, total } from "../src/pages/task/time-scale";

const WHOLE = { from: 1000, until: 1100 };
const RAN = [
  { from: 1090, until: 1100 },
  { from: 1000, until: 1006 },
  { from: 1004, until: 1010 },
];

describe("the gaps of a waterfall", () => {
  it("are where nothing ran, whatever overlaps", () => {
    expect(gapsOf(WHOLE, RAN)).toEqual([{ from: 1010, until: 1090 }]);
    expect(gapsOf(WHOLE, [])).toEqual([WHOLE]);
    expect(gapsOf(WHOLE, [{ from: 1020, until: 1030 }])).toEqual([
      { from: 1000, until: 1020 },
      { from: 1030, until: 1100 },
    ]);
    expect(total(gapsOf(WHOLE, RAN))).toBe(80);
  });
});

describe("the scale of a waterfall", () => {
  it("goes as time does", () => {
    const place = scaleOf(WHOLE, []);
    expect([1000, 1025, 1100, 900, 1200].map(place)).toEqual([0, 0.25, 1, 0, 1]);
  });

  it("draws gaps short, and in them time still goes on", () => {
    const place = scaleOf(WHOLE, gapsOf(WHOLE, RAN));
    expect([1000, 1010, 1050, 1090, 1100].map((at) => Number(place(at).toFixed(3)))).toEqual([0, 0.4, 0.5, 0.6, 1]);
  });

  it("leaves gaps that are short already as they are, and a time in which nothing ran", () => {
    expect(scaleOf(WHOLE, [{ from: 1000, until: 1005 }])(1050)).toBe(0.5);
    expect(scaleOf(WHOLE, [WHOLE])(1050)).toBe(0.5);
  });
});
