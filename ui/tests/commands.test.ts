import { describe, expect, it } from "vitest";
import { asCommand, asCurl, asPython } from "../src/forms/commands";
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
