import { describe, expect, it } from "vitest";
import { asCommand, asCurl, asPython, HERE, unsaid } from "../src/forms/commands";
import { NO_OPTIONS, optionsOf, TAGS } from "../src/forms/options";

const CALL = {
  name: "resize",
  args: [],
  kwargs: { path: "a b.jpg", width: 800 },
  priority: "high" as const,
  delay_seconds: 60,
};

describe("a submission in other words", () => {
  const address = "tcp://127.0.0.1:17555";

  it("is a program by name, which needs nothing to be imported", () => {
    const { delay_seconds: _, ...call } = CALL;
    expect(asPython(call, { ...HERE, address, module: "pictures" })).toBe(
      'from fastworker import SyncClient\n\nwith SyncClient("tcp://127.0.0.1:17555") as client:\n' +
        '    print(client.delay("resize", path="a b.jpg", width=800, priority="high").get())',
    );
    expect(asPython({ name: "resize", args: [1], kwargs: { "no name": 2 } })).toContain(
      'client.delay("resize", 1, **{"no name": 2})',
    );
  });

  it("is a program by function where options are wanted", () => {
    const program = asPython(CALL, { ...HERE, address, module: "pictures" });
    expect(program).toContain("from pictures import resize\n");
    expect(program).toContain('async with Client("tcp://127.0.0.1:17555"):');
    expect(program).toContain('resize.options(delay=60, priority="high").submit(path="a b.jpg", width=800)');
  });

  it("is no program that would leave out the options, where nothing says from where the function is imported", () => {
    const refusal = "with these options Python has to import the function, and from where is not known here";
    const elsewhere = { ...HERE, address };
    expect(asPython(CALL, elsewhere)).toBe(`# ${refusal}`);
    expect(unsaid(CALL, "python", elsewhere)).toBe(refusal);
    expect(asPython({ ...CALL, name: "shop.resize" }, { ...elsewhere, module: "pictures" })).toBe(`# ${refusal}`);
    expect(unsaid({ ...CALL, delay_seconds: undefined }, "python", elsewhere)).toBe(null);
  });

  it("is a command line that a shell reads as it was meant", () => {
    expect(asCommand(CALL, { ...HERE, address })).toBe(
      "fastworker submit resize --address tcp://127.0.0.1:17555 --priority high --delay 60 " +
        `--args '{"path":"a b.jpg","width":800}'`,
    );
    expect(asCommand({ name: "f", args: [1] })).toBe("fastworker submit f --args '[1]'");
  });

  it("says when the command line cannot", () => {
    expect(asCommand({ ...CALL, args: [1] })).toContain("not both");
    expect(unsaid({ ...CALL, args: [1] }, "shell")).toContain("not both");
    expect(unsaid({ ...CALL, args: [1] }, "json")).toBe(null);
  });

  it("carries tags, whatever they look like", () => {
    const tagged = { name: "resize", args: [1], tags: ["tenant:acme", `it's "7" $HOME`, "--no-wait", "-5"] };
    expect(asCommand(tagged)).toBe(
      `fastworker submit resize --tag=tenant:acme '--tag=it'\\''s "7" $HOME' --tag=--no-wait --tag=-5 --args '[1]'`,
    );
    expect(asPython(tagged, { ...HERE, module: "pictures" })).toContain(
      'resize.options(tags=["tenant:acme", "it\'s \\"7\\" $HOME", "--no-wait", "-5"]).submit(1)',
    );
    expect(asCurl({ name: "f", tags: ["a"] })).toContain('"tags":["a"]');
  });

  it("says that there are no tags where the function has some, if that can be said", () => {
    const untagged = { name: "resize", args: [1], tags: [] };
    expect(asPython(untagged, { ...HERE, module: "pictures" })).toContain("resize.options(tags=[]).submit(1)");
    expect(asCommand(untagged)).toBe("# the command line cannot say that there are no tags");
    expect(unsaid(untagged, "json")).toBe(null);
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
    expect(asCurl({ name: "f" }, { ...HERE, needsToken: true })).toContain('-H "authorization: Bearer $FASTWORKER_TOKEN"');
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

  it("have a tag for each line, once", () => {
    expect(optionsOf({ ...NO_OPTIONS, tags: " tenant:acme \n\na, b\ntenant:acme" }).options).toEqual({
      tags: ["tenant:acme", "a, b"],
    });
    expect(optionsOf({ ...NO_OPTIONS, tags: " \n" }, true).options).toEqual({ tags: [] });
  });

  it("name what is wrong with tags", () => {
    const many = Array.from({ length: 11 }, (_, number) => `t${number}`).join("\n");
    expect(optionsOf({ ...NO_OPTIONS, tags: many }).faults).toEqual({ [TAGS]: "at most 10" });
    expect(optionsOf({ ...NO_OPTIONS, tags: "x".repeat(101) }).faults).toEqual({ [TAGS]: "at most 100 characters each" });
  });

  it("name their faults", () => {
    expect(optionsOf({ ...NO_OPTIONS, retries: "1.5", timeout_seconds: "0" }).faults).toEqual({
      retries: "expected a whole number",
      timeout_seconds: "at least 0.001",
    });
  });
});
