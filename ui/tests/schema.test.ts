import { describe, expect, it } from "vitest";
import { callOf, fieldsOf, type JsonSchema, NULL_TEXT, parse, textsOf, valuesOf } from "../src/forms/schema";

const SCHEMA: JsonSchema = {
  type: "object",
  required: ["path", "width"],
  properties: {
    path: { type: "string" },
    width: { type: "integer", minimum: 1 },
    size: { $ref: "#/$defs/Size", default: "small" },
    note: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
    tags: { type: "array", items: { type: "string" } },
    loud: { type: "boolean", default: false },
    odd: { anyOf: [{ type: "string" }, { type: "integer" }] },
  },
  $defs: { Size: { enum: ["small", "large"], type: "string", description: "How large." } },
};

describe("fields of a schema", () => {
  const fields = fieldsOf(SCHEMA);
  const field = (name: string) => fields.find((one) => one.name === name)!;

  it("have the kind that fits", () => {
    expect(Object.fromEntries(fields.map(({ name, kind }) => [name, kind]))).toEqual({
      path: "text",
      width: "integer",
      size: "choice",
      note: "text",
      tags: "json",
      loud: "boolean",
      odd: "json",
    });
  });

  it("know what is needed, what may be None, and the default", () => {
    expect([field("path").isRequired, field("size").isRequired]).toEqual([true, false]);
    expect([field("note").isNullable, field("path").isNullable]).toEqual([true, false]);
    expect(field("size")).toMatchObject({
      placeholder: '"small"',
      description: "How large.",
      choices: ["small", "large"],
    });
  });

  it("give values only for what was filled in", () => {
    expect(valuesOf(fields, { path: "", width: "3", note: NULL_TEXT })).toEqual({
      values: { path: "", width: 3, note: null },
      faults: {},
    });
  });

  it("name each fault", () => {
    const { faults } = valuesOf(fields, { width: "0", tags: "[1,", size: "huge", loud: "maybe" });
    expect(faults).toMatchObject({
      path: "is needed",
      width: "at least 1",
      size: "choose one",
      loud: "choose true or false",
    });
    expect(faults.tags).toContain("not JSON");
  });

  it("take back a call that was made before", () => {
    const texts = textsOf(fields, { args: ["a.jpg", 5], kwargs: { size: "large", tags: ["x"] } });
    expect(valuesOf(fields, texts).values).toEqual({ path: "a.jpg", width: 5, size: "large", tags: ["x"] });
  });

  it("do not lose themselves in a schema that refers to itself", () => {
    expect(fieldsOf({ properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: { $ref: "#/$defs/A" } } })).toHaveLength(1);
  });
});

describe("numbers in a form", () => {
  const integer = { kind: "integer" as const, schema: {}, choices: [] };

  it.each(["", "1.5", "0x10", "1e3", "twelve", " "])("%s is no whole number", (text) => {
    expect(parse(integer, text)).toHaveProperty("fault");
  });

  it("beyond what a browser can hold are refused, not changed", () => {
    expect(parse(integer, "9007199254740993")).toEqual({ fault: "too large for a browser; submit it from Python" });
    expect(parse(integer, " -42 ")).toEqual({ value: -42 });
  });
});

describe("a call with a rest", () => {
  const fields = fieldsOf({
    required: ["separator"],
    properties: {
      separator: { type: "string" },
      "*words": { type: "array" },
      loud: { type: "boolean" },
      "**options": { type: "object" },
    },
  });

  it("goes by name as long as there is no rest", () => {
    expect(callOf(fields, { separator: "-", loud: true })).toEqual({
      args: [],
      kwargs: { separator: "-", loud: true },
      faults: {},
    });
  });

  it("goes by position before a rest, and options are spread", () => {
    expect(callOf(fields, { separator: "-", "*words": ["a", "b"], "**options": { x: 1 } })).toEqual({
      args: ["-", "a", "b"],
      kwargs: { x: 1 },
      faults: {},
    });
  });

  it("needs all that stands before the rest", () => {
    expect(callOf(fields, { "*words": ["a"] }).faults).toEqual({ separator: "is needed before the rest" });
  });

  it("refuses a rest of the wrong shape", () => {
    expect(callOf(fields, { separator: "-", "*words": 1, "**options": [1] }).faults).toEqual({
      "*words": "expected an array",
      "**options": "expected an object",
    });
  });

  it("is taken apart again", () => {
    expect(textsOf(fields, { args: ["-", "a", "b"], kwargs: { x: 1 } })).toEqual({
      separator: "-",
      "*words": '["a","b"]',
      "**options": '{"x":1}',
    });
  });
});
