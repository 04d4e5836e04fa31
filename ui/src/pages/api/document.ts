// The parts of the OpenAPI document that the API page shows.

export interface Schema {
  type?: string | string[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  description?: string;
  format?: string;
  additionalProperties?: boolean | Schema;
}

export interface Parameter {
  name: string;
  in: "query" | "path" | "header";
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

export interface OperationObject {
  tags?: string[];
  summary?: string;
  description?: string;
  operationId: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses?: Record<string, Content & { description?: string; $ref?: string }>;
}

export interface Document {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, OperationObject>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Endpoint {
  method: string;
  path: string;
  operation: OperationObject;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Return the endpoints by tag, in the order of the document. */
export function endpointsOf(document: Document): Map<string, Endpoint[]> {
  const tags = new Map<string, Endpoint[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const tag = operation.tags?.[0] ?? "other";
      tags.set(tag, [...(tags.get(tag) ?? []), { method, path, operation }]);
    }
  }
  return tags;
}

export function nameOf(schema: Schema | undefined): string {
  return schema?.$ref?.split("/").pop() ?? "";
}

/** Return a type as one line: `TaskPage`, `string (date-time)`, `(queued | running)[]`. */
export function typeText(schema: Schema | undefined): string {
  if (!schema) return "any";
  if (schema.$ref) return nameOf(schema);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return choices.map(typeText).join(" | ");
  if (schema.type === "array") return `${bracketed(typeText(schema.items))}[]`;
  if (schema.type === "object" && typeof schema.additionalProperties === "object")
    return `{ [name]: ${typeText(schema.additionalProperties)} }`;
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "any");
  return schema.format ? `${type} (${schema.format})` : type;
}

function bracketed(text: string): string {
  return text.includes(" ") ? `(${text})` : text;
}

const DEEPEST = 4;

/** Return a value of the shape of a schema, to begin a body with: what is required, and empty. */
export function example(schema: Schema | undefined, document: Document, depth = 0): unknown {
  if (!schema || depth > DEEPEST) return null;
  if (schema.$ref) return example(document.components?.schemas?.[nameOf(schema)], document, depth + 1);
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.[0];
  if (choice) return example(choice, document, depth + 1);
  if (schema.type === "object") {
    const names = schema.required ?? [];
    return Object.fromEntries(names.map((name) => [name, example(schema.properties?.[name], document, depth + 1)]));
  }
  return { string: "", integer: 0, number: 0, boolean: false, array: [] as unknown[] }[String(schema.type)] ?? null;
}

export interface Filled {
  /** Relative to the base of the page, without a slash at the beginning. */
  url: string;
  headers: Record<string, string>;
}

/** Put what was filled in into the path, the query and the headers; a list is separated by commas. */
export function fill({ path, operation }: Endpoint, texts: Readonly<Record<string, string>>): Filled {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let url = path.replace(/^\//, "");
  for (const { name, in: place, schema } of operation.parameters ?? []) {
    const text = texts[name] ?? "";
    if (place === "path") url = url.replace(`{${name}}`, encodeURIComponent(text));
    else if (text === "") continue;
    else if (place === "header") headers[name.toLowerCase()] = text;
    else for (const one of schema?.type === "array" ? text.split(",") : [text]) query.append(name, one.trim());
  }
  return { url: query.size ? `${url}?${query}` : url, headers };
}
