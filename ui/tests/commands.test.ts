import { describe, expect, it } from "vitest";
import { asCommand, asCurl, asPython, unsaid } from "../src/forms/commands";
import { NO_OPTIONS, optionsOf } from "../src/forms/options";

const CALL = {
  name: "resize",
  args: [],
  kwargs: { path: "a b.jpg", width: 800 },
  priority: "high" as const,
  delay_seconds: 60,
};

describe("a submission in other words", () => {
  it("is a call of the function where its module is known", () => {
    expect(asPython(CALL, "pictures")).toBe(
      'from pictures import resize\n\nhandle = await resize.options(delay=60, priority="high").submit(path="a b.jpg", width=800)\nprint(await handle)',
    );
  });

  it("is a call by name where it is not", () => {
    expect(asPython({ name: "resize", args: [1], kwargs: { "no name": 2 } })).toContain(
      'client.delay("resize", 1, **{"no name": 2})',
    );
  });

  it("is a command line that a shell reads as it was meant", () => {
    expect(asCommand(CALL)).toBe(
      `fastworker submit resize --args '{"path":"a b.jpg","width":800}' --priority high --delay 60`,
    );
  });

  it("says when the command line cannot", () => {
    expect(asCommand({ ...CALL, args: [1] })).toContain("not both");
  });

  it("has large numbers as they are", () => {
    const large = { name: "f", args: [{ $int: "9007199254740993" }, { deep: [{ $int: "-9007199254740993" }] }] };
    expect(asPython(large)).toContain('("f", 9007199254740993, {"deep": [-9007199254740993]})');
    expect(asCommand(large)).toContain(`'[9007199254740993,{"deep":[-9007199254740993]}]'`);
    expect(asCurl({ ...large, kwargs: {} })).toContain('"args":[9007199254740993,');
    expect(unsaid(large, "json")).toBe(null);
    const text = '{"$int":"1"}';
    expect(asCommand({ name: "f", args: [text] })).toContain(JSON.stringify([text]));
  });

  it("is refused where JSON has no word for a number, and is a float for Python", () => {
    const endless = { name: "f", kwargs: { most: { $float: "-inf" } } };
    expect(unsaid(endless, "json")).toContain("infinite");
    expect(unsaid(endless, "python")).toBe(null);
    expect(asPython(endless)).toContain('most=float("-inf")');
  });

  it("is refused where something is hidden, wherever that stands", () => {
    expect(unsaid({ name: "f", kwargs: { user: [{ password: "••••••" }] } }, "python")).toContain("hidden");
    expect(unsaid({ name: "f", args: ["••••••"] }, "json")).toContain("hidden");
    expect(unsaid({ name: "f", args: ["a ••••••"] }, "json")).toBe(null);
  });

  it("is a request of the API", () => {
    expect(asCurl({ name: "f", args: [], kwargs: {} })).toContain(`-d '{"name":"f","args":[],"kwargs":{}}'`);
  });
});

describe("options", () => {
  it("are left out when they are empty, and read when not", () => {
    expect(optionsOf(NO_OPTIONS)).toEqual({ options: {}, faults: {} });
    expect(optionsOf({ ...NO_OPTIONS, priority: "low", retries: "3", delay_seconds: "0.5" }).options).toEqual({
      priority: "low",
      retries: 3,
      delay_seconds: 0.5,
    });
  });

  it("name their faults", () => {
    expect(optionsOf({ ...NO_OPTIONS, retries: "1.5", timeout_seconds: "0" }).faults).toEqual({
      retries: "expected a whole number",
      timeout_seconds: "at least 0.001",
    });
  });
});
