import { describe, expect, it } from "vitest";
import { moved, type Picked, placeOf, spanOf } from "../src/charts/picking";
import { inWords, placesOf } from "../src/components/sparkline";

const POINTS = [10, 20, 30, 40, 50];
const press = (key: string, picked: Picked | null = null, shiftKey = false) => moved(picked, POINTS, { key, shiftKey });

describe("the keys of a chart", () => {
  it("begin at the latest moment, and go from point to point", () => {
    expect(press("ArrowRight")).toEqual({ anchor: 50, other: 50 });
    expect(press("ArrowLeft")).toEqual({ anchor: 40, other: 40 });
    expect(press("ArrowLeft", { anchor: 40, other: 40 })).toEqual({ anchor: 30, other: 30 });
  });

  it("take more with Shift, and stop at the ends", () => {
    expect(press("ArrowLeft", { anchor: 40, other: 40 }, true)).toEqual({ anchor: 40, other: 30 });
    expect(press("Home", { anchor: 40, other: 30 }, true)).toEqual({ anchor: 40, other: 10 });
    expect(press("ArrowLeft", { anchor: 10, other: 10 })).toEqual({ anchor: 10, other: 10 });
    expect(press("End", { anchor: 10, other: 10 })).toEqual({ anchor: 50, other: 50 });
    expect(press("ArrowLeft", null, true)).toEqual({ anchor: 50, other: 40 });
  });

  it("are no others, and none where there is nothing to choose", () => {
    expect(press("a")).toBe(undefined);
    expect(moved(null, [10], { key: "ArrowLeft", shiftKey: false })).toBe(undefined);
  });

  it("cross many points in some strides", () => {
    const many = Array.from({ length: 900 }, (_, index) => index);
    expect(moved({ anchor: 450, other: 450 }, many, { key: "ArrowRight", shiftKey: false })?.other).toBe(465);
  });

  it("mean the time between both ends, or around one point", () => {
    expect(spanOf({ anchor: 40, other: 20 }, POINTS)).toEqual({ from: 20, to: 40 });
    expect(spanOf({ anchor: 30, other: 30 }, POINTS)).toEqual({ from: 20, to: 40 });
    expect(spanOf({ anchor: 10, other: 10 }, POINTS)).toEqual({ from: 10, to: 20 });
  });

  it("find what is left of a moment whose point has gone", () => {
    expect(placeOf(POINTS, 35)).toBe(2);
    expect(placeOf(POINTS, 3)).toBe(0);
  });
});

describe("a sparkline", () => {
  it("begins where its values do, so that few of them are no ramp over the whole width", () => {
    const [first, last] = placesOf([0, 8]);
    expect(first?.[0]).toBeCloseTo(96 - 96 / 29);
    expect(last).toEqual([96, 2]);
    expect(placesOf(Array.from({ length: 60 }, () => 1))[0]?.[0]).toBeCloseTo(0);
    expect(placesOf([])).toEqual([]);
  });

  it("tells its values", () => {
    expect(inWords([1, 2000, 3])).toBe("Between 1 and 2,000; from the oldest: 1, 2,000, 3");
    expect(inWords([0.25], (value) => `${value * 100}%`)).toBe("Between 25% and 25%; from the oldest: 25%");
    expect(inWords([])).toBe("Nothing yet");
    expect(inWords(Array.from({ length: 60 }, (_, index) => index)).split(", ")).toHaveLength(10);
  });
});
