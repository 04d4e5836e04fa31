// A form from the JSON Schema of a task function's parameters: fields, their defaults, and from texts to values.

export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  default?: unknown;
  title?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  maxLength?: number;
  minLength?: number;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
}

export type FieldKind = "text" | "integer" | "number" | "boolean" | "choice" | "json";

export interface Field {
  name: string;
  kind: FieldKind;
  isRequired: boolean;
  isNullable: boolean;
  description: string;
  /** The default of the function, as text for the placeholder. */
  placeholder: string;
  choices: readonly unknown[];
  schema: JsonSchema;
}

const DEEPEST_REF = 10;

/** Follow `$ref` within the document. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let here = schema;
  for (let depth = 0; here.$ref && depth < DEEPEST_REF; depth += 1) {
    const { $ref, ...beside } = here;
    const name = $ref.split("/").pop() ?? "";
    here = { ...root.$defs?.[name], ...beside };
  }
  return here.allOf?.length === 1 ? { ...resolved(here.allOf[0] ?? {}, root), ...here, allOf: undefined } : here;
}

function withoutNull(schema: JsonSchema, root: JsonSchema): { schema: JsonSchema; isNullable: boolean } {
  const { anyOf, ...beside } = schema;
  const others = anyOf?.map((one) => resolved(one, root)).filter(({ type }) => type !== "null");
  if (!anyOf || !others || others.length === anyOf.length) return { schema, isNullable: schema.type === "null" };
  const [only] = others;
  return {
    schema: others.length === 1 && only ? { ...only, ...beside } : { ...beside, anyOf: others },
    isNullable: true,
  };
}

function kindOf({ type, enum: choices, anyOf }: JsonSchema): FieldKind {
  if (choices) return "choice";
  if (anyOf || typeof type !== "string") return "json";
  const kinds: Record<string, FieldKind> = { string: "text", integer: "integer", number: "number", boolean: "boolean" };
  return kinds[type] ?? "json";
}

/** Return the fields of a form for an object schema, in its order. */
export function fieldsOf(root: JsonSchema): Field[] {
  return Object.entries(root.properties ?? {}).map(([name, property]) => {
    const { schema, isNullable } = withoutNull(resolved(property, root), root);
    const hasDefault = "default" in property || "default" in schema;
    const isRequired = root.required?.includes(name) ?? false;
    return {
      name,
      isNullable,
      isRequired,
      schema,
      kind: kindOf(schema),
      description: property.description ?? schema.description ?? "",
      placeholder: hasDefault ? JSON.stringify(property.default ?? schema.default ?? null) : "",
      choices: schema.enum ?? [],
    };
  });
}

/** What stands in the form: a text per name; a missing one is left to the function's default. */
export type Texts = Readonly<Record<string, string>>;

export type Parsed = { value: unknown } | { fault: string };
const LARGEST = Number.MAX_SAFE_INTEGER;

/** Turn the text of a field into its value. */
export function parse({ kind, schema, choices }: Pick<Field, "kind" | "schema" | "choices">, text: string): Parsed {
  switch (kind) {
    case "text":
      return { value: text };
    case "integer":
      return parseNumber(text, schema, /^[+-]?\d+$/, "a whole number");
    case "number":
      return parseNumber(text, schema, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, "a number");
    case "boolean":
      return text === "true" || text === "false" ? { value: text === "true" } : { fault: "choose true or false" };
    case "choice": {
      const at = choices.findIndex((choice) => JSON.stringify(choice) === text);
      return at < 0 ? { fault: "choose one" } : { value: choices[at] };
    }
    case "json":
      return parseJson(text);
  }
}

function parseNumber(text: string, schema: JsonSchema, shape: RegExp, what: string): Parsed {
  const { minimum, exclusiveMinimum, maximum } = schema;
  const trimmed = text.trim();
  if (!shape.test(trimmed)) return { fault: `expected ${what}` };
  const value = Number(trimmed);
  if (Math.abs(value) > LARGEST) return { fault: "too large for a browser; submit it from Python" };
  if (minimum !== undefined && value < minimum) return { fault: `at least ${minimum}` };
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return { fault: `more than ${exclusiveMinimum}` };
  if (maximum !== undefined && value > maximum) return { fault: `at most ${maximum}` };
  return { value };
}

export function parseJson(text: string): Parsed {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export const NULL_TEXT = "\u0000null";

/** Return the arguments by name, or what is wrong with each. */
export function valuesOf(
  fields: readonly Field[],
  texts: Texts,
): { values: Record<string, unknown>; faults: Record<string, string> } {
  const values: Record<string, unknown> = {};
  const faults: Record<string, string> = {};
  for (const field of fields) {
    const text = texts[field.name];
    if (text === undefined || (text === "" && field.kind !== "text")) {
      if (field.isRequired) faults[field.name] = "is needed";
    } else if (text === NULL_TEXT) {
      values[field.name] = null;
    } else {
      const parsed = parse(field, text);
      if ("fault" in parsed) faults[field.name] = parsed.fault;
      else values[field.name] = parsed.value;
    }
  }
  return { values, faults };
}

/** Return a value as the text of a field. */
export function textOf(field: Pick<Field, "kind">, value: unknown): string {
  if (value === null) return field.kind === "json" ? "null" : NULL_TEXT;
  if (field.kind === "text" && typeof value === "string") return value;
  return field.kind === "json" ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

export interface Call {
  args: readonly unknown[];
  kwargs: Readonly<Record<string, unknown>>;
}

const isRestOfArgs = ({ name }: Field) => name.startsWith("*") && !name.startsWith("**");
const isRestOfKwargs = ({ name }: Field) => name.startsWith("**");

/**
 * Return the call for arguments by name. Only when there are more arguments by position (`*name`) do those before them
 * go by position, too: then none of them can be left out.
 */
export function callOf(
  fields: readonly Field[],
  values: Readonly<Record<string, unknown>>,
): Call & { faults: Record<string, string> } {
  const faults: Record<string, string> = {};
  const kwargs: Record<string, unknown> = {};
  const at = fields.findIndex(isRestOfArgs);
  const rest = values[fields[at]?.name ?? ""];
  const first = Array.isArray(rest) && rest.length > 0 ? fields.slice(0, at) : [];
  for (const { name } of first) if (!(name in values)) faults[name] = "is needed before the rest";
  for (const field of fields) {
    const value = values[field.name];
    if (!(field.name in values) || first.includes(field)) continue;
    if (isRestOfArgs(field)) faults[field.name] ??= Array.isArray(value) ? "" : "expected an array";
    else if (!isRestOfKwargs(field)) kwargs[field.name] = value;
    else if (typeof value === "object" && value !== null && !Array.isArray(value)) Object.assign(kwargs, value);
    else faults[field.name] = "expected an object";
  }
  for (const name of Object.keys(faults)) if (faults[name] === "") delete faults[name];
  return {
    args:
      first.length || (Array.isArray(rest) && rest.length)
        ? [...first.map(({ name }) => values[name]), ...(rest as unknown[])]
        : [],
    kwargs,
    faults,
  };
}

/** Return the texts for a call that was made before; positional arguments take the names in order. */
export function textsOf(fields: readonly Field[], { args, kwargs }: Call): Texts {
  const texts: Record<string, string> = {};
  const left = { ...kwargs };
  const at = fields.findIndex(isRestOfArgs);
  const positional = at < 0 ? fields.length : at;
  fields.forEach((field, index) => {
    if (isRestOfArgs(field)) {
      if (args.length > index) texts[field.name] = JSON.stringify(args.slice(index));
    } else if (field.name in left) {
      texts[field.name] = textOf(field, left[field.name]);
      delete left[field.name];
    } else if (index < Math.min(args.length, positional) && !isRestOfKwargs(field)) {
      texts[field.name] = textOf(field, args[index]);
    }
  });
  const rest = fields.find(isRestOfKwargs);
  if (rest && Object.keys(left).length) texts[rest.name] = JSON.stringify(left);
  return texts;
}
