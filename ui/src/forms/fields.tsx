// One field of a form that was made from a schema.
import type { JSX } from "preact";
import type { Field } from "./schema";
import { NULL_TEXT } from "./schema";

interface FieldProps {
  field: Field;
  text: string | undefined;
  fault: string | undefined;
  onChange: (text: string | undefined) => void;
}

export function SchemaField({ field, text, fault, onChange }: FieldProps): JSX.Element {
  const id = `field-${field.name}`;
  const isNull = text === NULL_TEXT;
  return (
    <div class="field">
      <label for={id}>
        <code>{field.name}</code>{" "}
        <small>
          {typeName(field)}
          {field.isRequired ? "" : " · optional"}
        </small>
      </label>
      <Control field={field} id={id} text={isNull ? "" : text} fault={fault} isOff={isNull} onChange={onChange} />
      {field.description && <small>{field.description}</small>}
      {field.isNullable && (
        <label class="check">
          <input type="checkbox" checked={isNull} onChange={() => onChange(isNull ? undefined : NULL_TEXT)} />
          None
        </label>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

function typeName({ kind, schema }: Field): string {
  if (kind === "json") return typeof schema.type === "string" ? `${schema.type}, as JSON` : "JSON";
  return schema.format ?? (kind === "choice" ? "one of" : kind);
}

function Control({
  field,
  id,
  text,
  fault,
  isOff,
  onChange,
}: FieldProps & { id: string; isOff: boolean }): JSX.Element {
  const common = {
    id,
    disabled: isOff,
    "aria-invalid": fault ? ("true" as const) : undefined,
    "aria-describedby": fault ? `${id}-fault` : undefined,
    "aria-required": field.isRequired,
  };
  if (field.kind === "boolean" || field.kind === "choice") {
    const values = field.kind === "boolean" ? [true, false] : field.choices;
    return (
      <select {...common} value={text ?? ""} onChange={(event) => onChange(event.currentTarget.value || undefined)}>
        <option value="">
          {field.isRequired ? "Choose…" : `As by default${field.placeholder ? `: ${field.placeholder}` : ""}`}
        </option>
        {values.map((value) => (
          <option key={JSON.stringify(value)} value={JSON.stringify(value)}>
            {String(value)}
          </option>
        ))}
      </select>
    );
  }
  if (field.kind === "json") {
    return (
      <textarea
        {...common}
        rows={3}
        spellcheck={false}
        placeholder={field.placeholder}
        value={text ?? ""}
        onInput={(event) => onChange(event.currentTarget.value || undefined)}
      />
    );
  }
  // An empty text is a value where one is needed; elsewhere it means the default.
  const empty = field.kind === "text" && field.isRequired ? "" : undefined;
  return (
    <input
      {...common}
      type="text"
      inputMode={field.kind === "text" ? "text" : "decimal"}
      placeholder={field.placeholder}
      value={text ?? ""}
      autocomplete="off"
      spellcheck={false}
      onInput={(event) => onChange(event.currentTarget.value || empty)}
    />
  );
}
