// Sending a request from the API page, for real, and what came back.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button, Code } from "../../components/basics";
import { confirm } from "../../components/confirm";
import { TOKEN_HEADER } from "../../forms/commands";
import { parseJson } from "../../forms/schema";
import { useTarget } from "../../forms/target";
import { pretty, shellWord } from "../../format/values";
import { announce } from "../../state/announcer";
import { canOperate } from "../../state/session";
import { type Document, type Endpoint, example, fill, type Parameter, type Schema, typeText } from "./document";

interface Answer {
  status: string;
  text: string;
}

const LONGEST_SHOWN = 20_000;

async function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | null,
): Promise<Answer> {
  const started = performance.now();
  const response = await fetch(new URL(url, document.baseURI), {
    method: method.toUpperCase(),
    cache: "no-store",
    signal: AbortSignal.timeout(15_000),
    headers: { ...headers, ...(body === null ? {} : { "content-type": "application/json" }) },
    ...(body === null ? {} : { body }),
  });
  const text = await response.text();
  const milliseconds = Math.round(performance.now() - started);
  const parsed = parseJson(text);
  const shown = "value" in parsed ? pretty(parsed.value) : text;
  return {
    status: `${response.status} ${response.statusText} in ${milliseconds} ms`,
    text:
      shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}\n… ${shown.length} characters in all` : shown,
  };
}

/** As a shell would say it; the token, where one is needed, comes from the environment. */
export function curlOf(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | null,
  needsToken: boolean,
): string {
  const words: string[] = [];
  if (method !== "get") words.push("-X", method.toUpperCase());
  for (const [name, value] of Object.entries(headers)) words.push("-H", `${name}: ${value}`);
  if (body !== null) words.push("-H", "content-type: application/json", "-d", body);
  const said = [...words, new URL(url, document.baseURI).href].map(shellWord).join(" ");
  return `curl${needsToken ? TOKEN_HEADER : ""} ${said}`;
}

/** A stream has no end to wait for. */
const isStream = ({ path }: Endpoint) => path.endsWith("/events") && !path.includes("{");

export function TryIt({
  document: api,
  endpoint,
  bodySchema,
}: {
  document: Document;
  endpoint: Endpoint;
  bodySchema: Schema | undefined;
}): JSX.Element {
  const { method, operation } = endpoint;
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [body, setBody] = useState(() => (bodySchema ? pretty(example(bodySchema, api)) : ""));
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { url, headers } = fill(endpoint, texts);
  const sent = bodySchema ? body : null;
  const refused = refusal();
  const { needsToken } = useTarget(null);

  function refusal(): string | null {
    if (method !== "get" && !canOperate.value) return "needs the role operator";
    if (isStream(endpoint) && !texts.since) return "a stream has no end; with since it answers once";
    const missing = operation.parameters?.find(({ name, required }) => required && !texts[name]);
    return missing ? `${missing.name} is needed` : null;
  }

  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (refused || isBusy) return;
    if (
      method !== "get" &&
      !(await confirm({ title: `${method.toUpperCase()} ${url}?`, text: "This is sent for real.", verb: "Send it" }))
    )
      return;
    setBusy(true);
    const result = await send(url, method, headers, sent).catch((error: unknown) => ({
      status: "No answer",
      text: error instanceof Error ? error.message : String(error),
    }));
    setAnswer(result);
    announce(result.status);
    setBusy(false);
  };
  return (
    <form class="try-it" onSubmit={(event) => void onSubmit(event)}>
      {operation.parameters?.map((parameter) => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          text={texts[parameter.name] ?? ""}
          onChange={(text) => setTexts({ ...texts, [parameter.name]: text })}
        />
      ))}
      {bodySchema && (
        <label class="field">
          <span>Body</span>
          <textarea rows={6} spellcheck={false} value={body} onInput={(event) => setBody(event.currentTarget.value)} />
        </label>
      )}
      <footer>
        <Button type="submit" kind="primary" icon="send" refused={refused} isBusy={isBusy} onClick={() => undefined}>
          Send
        </Button>
      </footer>
      <Code label="curl">{curlOf(url, method, headers, sent, needsToken)}</Code>
      {answer && (
        <>
          <h3>{answer.status}</h3>
          <Code label="the answer">{answer.text}</Code>
        </>
      )}
    </form>
  );
}

function ParameterField({
  parameter,
  text,
  onChange,
}: {
  parameter: Parameter;
  text: string;
  onChange: (text: string) => void;
}): JSX.Element {
  const { name, schema, required, description, in: place } = parameter;
  const hint = schema?.type === "array" ? "several with commas" : "";
  return (
    <label class="field">
      <span>
        <code>{name}</code>{" "}
        <small>
          {place} · {typeText(schema)}
          {required ? "" : " · optional"}
        </small>
      </span>
      <input
        value={text}
        autocomplete="off"
        spellcheck={false}
        placeholder={schema?.default === undefined ? hint : String(schema.default)}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {description && <small>{description}</small>}
    </label>
  );
}
