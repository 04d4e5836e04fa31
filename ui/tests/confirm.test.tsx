import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Worker } from "../src/api/types";
import { confirm, ConfirmDialog, type Question } from "../src/components/confirm";
import { type Answers, faultOf } from "../src/components/question-field";
import { resizeQuestion, shutDownQuestion } from "../src/pages/workers/questions";

const QUESTION: Question = {
  title: "Hold it?",
  text: "For a while.",
  verb: "Hold it",
  fields: [
    { name: "seconds", label: "Seconds", kind: "number", schema: { minimum: 0 } },
    { name: "most", label: "Most", kind: "integer", isOptional: true },
    { name: "way", label: "Way", choices: ["gently", "at once"], first: "at once" },
    { name: "reason", label: "Reason" },
  ],
};

describe("a question", () => {
  let root: HTMLElement;
  let said: Promise<Answers | null>;

  beforeEach(async () => {
    document.body.append((root = document.createElement("div")));
    render(<ConfirmDialog />, root);
    await act(() => void (said = confirm(QUESTION)));
  });
  afterEach(() => {
    render(null, root);
    root.remove();
  });

  const field = (name: string) => root.querySelector<HTMLInputElement>(`[name=${name}]`)!;
  const faults = () => [...root.querySelectorAll(".fault")].map(({ textContent }) => textContent);
  const write = (name: string, text: string) =>
    act(() => {
      field(name).value = text;
      field(name).dispatchEvent(new Event("input", { bubbles: true }));
    });
  const send = () =>
    act(() => void root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));

  it("stays, and says why, until what was typed can be taken", async () => {
    await write("seconds", "  ");
    await write("reason", "because");
    expect(faults()).toEqual([]);
    await send();
    expect(faults()).toEqual(["expected a number"]);
    expect(field("seconds").getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(field("seconds"));
    expect(field("reason").value).toBe("because");
    await write("seconds", " 30 ");
    expect(faults()).toEqual([]);
    await send();
    expect(await said).toEqual({ seconds: "30", most: "", way: "at once", reason: "because" });
    expect(root.querySelector("dialog")).toBeNull();
  });

  it("has numbers that can be left out, and that are numbers otherwise", async () => {
    await write("seconds", "0");
    await write("most", "1.5");
    await send();
    expect(faults()).toEqual(["expected a whole number"]);
    await write("most", " ");
    await send();
    expect(await said).toMatchObject({ seconds: "0", most: "" });
  });
});

describe("what is asked about a worker", () => {
  const worker = { id: "w1", running: 2, slots: 4, state: "active" } as Worker;
  const [grace] = shutDownQuestion(worker).fields!;
  const [slots] = resizeQuestion(worker).fields!;

  it("takes no blanks for no time at all", () => {
    for (const text of ["", " ", "soon", "-1", "86401"]) expect(faultOf(grace!, text)).not.toBeNull();
    for (const text of ["0", "30", " 2.5 ", grace!.first!]) expect(faultOf(grace!, text)).toBeNull();
  });

  it("takes whole slots only", () => {
    for (const text of ["", " ", "0", "2.5", "many"]) expect(faultOf(slots!, text)).not.toBeNull();
    for (const text of ["1", " 10000 "]) expect(faultOf(slots!, text)).toBeNull();
  });

  it("says that a process which ends has no more time", () => {
    const limit = "no longer than its --drain-timeout";
    expect(shutDownQuestion({ ...worker, state: "leaving" }).text).toContain(limit);
    expect(shutDownQuestion(worker).text).not.toContain(limit);
  });
});
