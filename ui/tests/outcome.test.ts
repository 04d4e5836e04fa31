import { describe, expect, it } from "vitest";
import type { Operation } from "../src/api/types";
import { nextUp } from "../src/components/priority";
import { outcomeOf } from "../src/pages/system/outcome";

const operation = (state: Operation["state"], total: number, done: number, refused: number) =>
  ({ state, total, done, refused, succeeded: done - refused }) as Operation;

describe("what became of a bulk action", () => {
  it.each([
    ["all", operation("done", 1, 1, 0), "Deleted 1 task"],
    ["some", operation("done", 200, 200, 2), "Deleted 198 of 200 tasks; 2 refused"],
    ["stopped", operation("cancelled", 200, 50, 0), "Deleted 50 of 200 tasks; stopped after 50"],
    ["failed", operation("failed", 200, 50, 1), "Deleted 49 of 200 tasks; 1 refused; failed after 50"],
  ])("is told: %s", (_, ended, said) => expect(outcomeOf(ended, "Deleted")).toBe(said));

  it("says what they were set to", () =>
    expect(outcomeOf(operation("done", 2, 2, 0), "Set", " to low")).toBe("Set 2 tasks to low"));
});

describe("the priority that is offered first", () => {
  it.each([
    ["low", "normal"],
    ["high", "critical"],
    ["critical", "high"],
  ] as const)("for %s is %s", (has, offered) => expect(nextUp(has)).toBe(offered));
});
