import { describe, expect, it } from "vitest";
import { bytes, count, duration, percentile, plural, rate, share } from "../src/format/numbers";
import { clockTime, fullTime, momentOf, relative } from "../src/format/times";
import { callText, pythonLiteral, shellWord, shortId } from "../src/format/values";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [1204, "1,204"],
    [2_500_000, "2.5M"],
    [null, "–"],
    [Number.NaN, "–"],
  ])("count(%s) is %s", (value, text) => {
    expect(count(value)).toBe(text);
  });

  it.each([
    [0, "0 s"],
    [0.000012, "12 µs"],
    [0.84, "840 ms"],
    [0.9999, "1 s"],
    [4.234, "4.23 s"],
    [22, "22 s"],
    [59.97, "1 min"],
    [185, "3 min 5 s"],
    [3_600, "1 h"],
    [266_400, "3 d 2 h"],
    [-5, "-5 s"],
    [null, "–"],
  ])("duration(%s) is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it.each([
    [0, "< 2 µs"],
    [0.00000088, "< 2 µs"],
    [1.5625e-6, "< 2 µs"],
    [0.000002, "2 µs"],
    [0.84, "840 ms"],
    [null, "–"],
  ])("percentile(%s) is %s", (seconds, text) => {
    expect(percentile(seconds)).toBe(text);
  });

  it.each([
    [0, "0/s"],
    [0.001, "<0.01/s"],
    [0.4, "0.4/s"],
    [0.999, "1/s"],
    [17.33, "17.3/s"],
    [2120, "2,120/s"],
  ])("rate(%s) is %s", (value, text) => {
    expect(rate(value)).toBe(text);
  });

  it.each([
    [0, "0%"],
    [0.0002, "<0.1%"],
    [0.002, "0.2%"],
    [0.5, "50%"],
    [null, "–"],
  ])("share(%s) is %s", (value, text) => {
    expect(share(value)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [1023, "1,020 B"],
    [220_200_960, "210 MiB"],
  ])("bytes(%s) is %s", (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  it("says one task and two tasks", () => {
    expect([plural(1, "task"), plural(2, "task"), plural(0, "match", "matches")]).toEqual([
      "1 task",
      "2 tasks",
      "0 matches",
    ]);
  });
});

describe("moments", () => {
  const at = Date.parse("2026-11-21T14:03:07.120Z");

  it("are told in full and as a clock", () => {
    expect(fullTime(at, true)).toBe("2026-11-21 14:03:07.120 UTC");
    expect(clockTime(at, true)).toBe("14:03:07Z");
  });

  it("are told relative to now, in both directions", () => {
    expect([relative(at, at + 400), relative(at, at + 4_000), relative(at, at - 120_000)]).toEqual([
      "now",
      "4 s ago",
      "in 2 min",
    ]);
  });

  it("are never NaN", () => {
    expect([momentOf("nonsense"), momentOf(null), momentOf("2026-11-21T14:03:07Z")]).toEqual([
      null,
      null,
      1795269787000,
    ]);
  });
});

describe("values", () => {
  it("become Python literals", () => {
    expect(pythonLiteral({ a: [1, true, null, 'x"y'] })).toBe('{"a": [1, True, None, "x\\"y"]}');
    expect(callText("f", [1], { b: "x" })).toBe('f(1, b="x")');
  });

  it("become one word of a shell, whatever is in them", () => {
    expect(shellWord("plain-1.2")).toBe("plain-1.2");
    expect(shellWord("it's $(rm)")).toBe("'it'\\''s $(rm)'");
    expect(shellWord("")).toBe("''");
  });


  it("are cut", () => {
    expect(shortId("01a1fec3-d268-7e04-a6d7-f68f1bf2c050")).toBe("01a1fec3…c050");
  });
});
