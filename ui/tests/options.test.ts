import { describe, expect, it } from "vitest";
import type { Task } from "../src/api/types";
import { asCommand, asCurl, asPython, HERE } from "../src/forms/commands";
import { agreedOf, takenOut, textsOfOptions } from "../src/forms/options";

const terms = (more: object) =>
  ({ terms: { retries: 0, timeout_seconds: null, delay_seconds: null, expires_seconds: null, ...more } }) as Task;

describe("what was agreed for a task", () => {
  it("is told where it is not what the function declares", () => {
    const of = { retries: 3, timeout_seconds: 9 };
    expect(agreedOf(terms({ retries: 3, timeout_seconds: 9 }), of)).toEqual({});
    expect(agreedOf(terms({ retries: 0, timeout_seconds: 8 }), of)).toEqual({ retries: 0, timeout_seconds: 8 });
    expect(agreedOf(terms({}), { retries: null, timeout_seconds: null })).toEqual({});
    expect(agreedOf(terms({ delay_seconds: 0.5, expires_seconds: 60 }), null)).toEqual({
      delay_seconds: 0.5,
      expires_seconds: 60,
    });
  });

  it("goes along when the call is copied", () => {
    const call = { name: "resize", args: [1], kwargs: {}, ...agreedOf(terms({ retries: 5, delay_seconds: 60 }), null) };
    expect(asPython(call, { ...HERE, module: "pictures" })).toContain("resize.options(delay=60, retries=5).submit(1)");
    expect(asCommand(call)).toBe("fastworker submit resize --delay 60 --retries 5 --args '[1]'");
    expect(asCurl(call)).toContain('"retries":5,"delay_seconds":60');
  });

  it("stands in the form of a task that runs again", () => {
    const texts = textsOfOptions({ priority: "low", tags: ["a", "b"], retries: 0, timeout_seconds: 1.5 });
    expect(texts).toEqual({
      priority: "low",
      tags: "a\nb",
      retries: "0",
      timeout_seconds: "1.5",
      delay_seconds: "",
      expires_seconds: "",
    });
  });

  it("is null where it was taken out of the form, and left out where it never stood there", () => {
    const before = textsOfOptions({ priority: "low", retries: 5, timeout_seconds: 30 });
    expect(takenOut(before, before)).toEqual({});
    expect(takenOut(before, { ...before, retries: " ", priority: "", timeout_seconds: "31" })).toEqual({
      priority: null,
      retries: null,
    });
  });
});
