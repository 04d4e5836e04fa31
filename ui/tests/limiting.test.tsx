import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Queue } from "../src/api/types";
import { LimitedTaskNote, limitsOf, LimitsNote, limitsQuestion, limitsText } from "../src/components/limiting";
import { faultOf, firstAnswers } from "../src/components/question-field";

const LIMITS = { at_once: 5, per_second: 2.5, set_at: "2026-11-21T12:00:00Z", set_by: "ann" };
const QUEUE = { priority: "normal", limits: LIMITS, limited_by: null } as Queue;

describe("the limits of a queue", () => {
  it.each([
    [null, ""],
    [{ at_once: null, per_second: null }, ""],
    [{ at_once: 5, per_second: 2.5 }, "at most 5 at once, 2.5/s"],
    [{ at_once: 100_000, per_second: null }, "at most 100,000 at once"],
    [{ at_once: null, per_second: 0.00125 }, "at most 0.00125/s"],
  ])("are said as they are", (limits, text) => {
    expect(limitsText(limits)).toBe(text);
  });

  it("are asked for with what they are now", () => {
    expect(firstAnswers(limitsQuestion(QUEUE).fields!)).toEqual({ at_once: "5", per_second: "2.5" });
    expect(firstAnswers(limitsQuestion({ ...QUEUE, limits: null }).fields!)).toEqual({ at_once: "", per_second: "" });
  });

  it("are what the API takes, and none where nothing is said", () => {
    const [atOnce, perSecond] = limitsQuestion(QUEUE).fields!;
    for (const text of ["0", "1.5", "100001", "many"]) expect(faultOf(atOnce!, text)).not.toBeNull();
    for (const text of ["0", "-1", "100000.5", "fast"]) expect(faultOf(perSecond!, text)).not.toBeNull();
    for (const text of ["", " ", "1", "100000"]) expect(faultOf(atOnce!, text)).toBeNull();
    for (const text of ["", " ", "0.001", "2.5", "100000"]) expect(faultOf(perSecond!, text)).toBeNull();
    expect(faultOf(perSecond!, "0")).toBe("more than 0");
    expect(limitsOf({ at_once: "5", per_second: "" })).toEqual({ at_once: 5, per_second: null });
    expect(limitsOf({ at_once: "", per_second: "2.5" })).toEqual({ at_once: null, per_second: 2.5 });
  });
});

describe("a queue with limits", () => {
  let root: HTMLElement;
  beforeEach(() => document.body.append((root = document.createElement("div"))));
  afterEach(() => {
    render(null, root);
    root.remove();
  });
  const shown = (queue: Queue) => act(() => render(<LimitsNote queue={queue} />, root));

  it("says what they are, and whose", async () => {
    await shown(QUEUE);
    expect(root.textContent).toContain("at most 5 at once, 2.5/s · by ann");
    expect(root.querySelector(".badge")).toBeNull();
  });

  it("says only what they are where there is little room", async () => {
    await act(() => render(<LimitsNote queue={QUEUE} isBrief />, root));
    expect(root.textContent).toBe("at most 5 at once, 2.5/s");
  });

  it("says that its tasks wait for them, and for which", async () => {
    await shown({ ...QUEUE, limited_by: "at_once" });
    expect(root.querySelector(".badge")!.textContent).toBe("limited");
    expect(root.textContent).toContain("as many run as may at once");
    await shown({ ...QUEUE, limited_by: "per_second" });
    expect(root.textContent).toContain("the next may start a little later");
  });

  it("has its waiting tasks say what they wait for, and where that is set", async () => {
    const queue: Queue = { ...QUEUE, limited_by: "per_second" };
    await act(() => render(<LimitedTaskNote queue={queue} />, root));
    expect(root.textContent).toBe("It waits for the limit of its priority normal: at most 5 at once, 2.5/s");
    expect(root.querySelector("a")!.getAttribute("href")).toContain("queues/normal");
    for (const other of [QUEUE, null]) {
      await act(() => render(<LimitedTaskNote queue={other} />, root));
      expect(root.textContent).toBe("");
    }
  });

  it("says nothing without any", async () => {
    await shown({ ...QUEUE, limits: null });
    expect(root.textContent).toBe("");
  });
});
