import { describe, expect, it } from "vitest";
import { NO_FILTER } from "../src/pages/tasks/filter";
import { forgotten } from "../src/pages/tasks/none";
import { lastWord, searchedFor, suggest, withoutOpen } from "../src/pages/tasks/suggestions";

const known = {
  functions: ["resize", "send_mail"],
  workers: ["w1"],
  tags: ["tenant:acme", "nightly", "two words", 'say "hi" now'],
  errors: [{ fingerprint: "f1", error_type: "ValueError", message: "no number" }],
  now: Date.parse("2026-11-21T12:00:00Z"),
};
const texts = (typed: string, filter = NO_FILTER) => suggest(typed, filter, known).map(({ text }) => text);

describe("the search offers", () => {
  it("nothing before something is typed, and after a space", () => {
    expect(texts("")).toEqual([]);
    expect(texts("timeout ")).toEqual([]);
  });

  it("the keys that begin like the last word", () => {
    expect(texts("timeout s")).toEqual(["status:", "since:"]);
    expect(texts("ar")).toEqual(["args."]);
    expect(suggest("ar", NO_FILTER, known)[0]).toMatchObject({ word: "args." });
  });

  it("the values of a key that contain what is typed, without those that are chosen", () => {
    expect(texts("status:e")).toEqual(["queued", "scheduled", "success", "failure", "cancelled", "expired"]);
    expect(texts("name:MAIL")).toEqual(["send_mail"]);
    expect(texts("name:", { ...NO_FILTER, name: ["resize"] })).toEqual(["send_mail"]);
    expect(texts("tag:tenant:")).toEqual(["tenant:acme"]);
    expect(texts("queue:cr")).toEqual([]);
  });

  it("values that go into the filter and leave the line", () => {
    expect(suggest("x name:res", { ...NO_FILTER, name: ["send_mail"] }, known)).toEqual([
      { text: "resize", hint: "name", word: "", change: { name: ["send_mail", "resize"] } },
    ]);
    expect(suggest("tag:two", NO_FILTER, known)).toEqual([
      { text: "two words", hint: "tag", word: "", change: { tag: ["two words"] } },
    ]);
    expect(texts('x tag:"two w')).toEqual(["two words"]);
    expect(texts('x tag:"two words"')).toEqual(["two words"]);
    expect(texts(String.raw`tag:"say \"hi\" `)).toEqual(['say "hi" now']);
    expect(texts('tag:"two words" n')).toEqual(["name:"]);
    expect(suggest("error:", NO_FILTER, known)).toMatchObject([{ text: "ValueError", change: { fingerprint: "f1" } }]);
    expect(suggest("since:15m", NO_FILTER, known)).toMatchObject([{ change: { since: "2026-11-21T11:45:00.000Z" } }]);
  });

  it("nothing for a key that it does not know, or whose values nobody can know", () => {
    expect(texts("args.id:7")).toEqual([]);
    expect(texts("colour:red")).toEqual([]);
  });
});

describe("while one types", () => {
  const searched = (typed: string) => searchedFor(typed, known);

  it("a key whose value is not written in full is not searched for", () => {
    expect(searched("timeout status:fail")).toBe("timeout");
    expect(searched("priority:")).toBe("");
    expect(searched("tag:tenant:a")).toBe("");
    expect(searched("since:1")).toBe("");
    expect(searched("args.")).toBe("");
  });

  it("a key whose value is whole is", () => {
    expect(searched("x name:send_mail")).toBe("x name:send_mail");
    expect(searched("status:failure")).toBe("status:failure");
    expect(searched("tag:tenant:acme")).toBe("tag:tenant:acme");
    expect(searched("error:f1")).toBe("error:f1");
    expect(searched("since:15m")).toBe("since:15m");
  });

  it("a value in quotes is when they are closed", () => {
    expect(searched('x tag:"two')).toBe("x");
    expect(searched('x tag:"two words')).toBe("x");
    expect(searched('x tag:"two words"')).toBe('x tag:"two words"');
    expect(searched('x tag:"two words" y')).toBe('x tag:"two words" y');
    expect(searched('x args.a:"b c')).toBe("x");
    expect(searched('x args.a:"b c"')).toBe('x args.a:"b c"');
    expect(searched('said: "no such" x:"y')).toBe('said: "no such" x:"y');
  });

  it("whole words, arguments and foreign colons are", () => {
    expect(searched("status:fail ")).toBe("status:fail");
    expect(searched("args.id:7")).toBe("args.id:7");
    expect(searched("http://x")).toBe("http://x");
  });
});

describe("when one has typed", () => {
  it("all is searched for but a key without a value", () => {
    expect(withoutOpen("timeout status:fail")).toBe("timeout status:fail");
    expect(withoutOpen("timeout status:")).toBe("timeout");
    expect(withoutOpen("args.")).toBe("");
  });
});

describe("the last word", () => {
  it("is what stands behind the last space", () => {
    expect(lastWord("a b c")).toEqual({ before: "a b ", word: "c" });
    expect(lastWord("a ")).toEqual({ before: "a ", word: "" });
  });
});

describe("forgotten tasks", () => {
  const counts = { scheduled: 5, queued: 1, running: 1, success: 10, failure: 0, cancelled: 0, lost: 0, expired: 0 };

  it("are those that have ended and are not counted any more", () => {
    expect(forgotten({ counts, finished_in_all: { success: 25, failure: 2 } })).toBe(17);
  });

  it("are never less than none: the counts are younger than the ends", () => {
    expect(forgotten({ counts, finished_in_all: { success: 9 } })).toBe(0);
  });
});
