// A traceback: the lines of the application stand out, those of libraries step back.
import type { JSX } from "preact";
import type { ErrorDetail } from "../../api/types";
import { CopyButton } from "../../components/basics";
import { urlOf } from "../../router/route";
import { causesOf } from "./causes";

export interface Frame {
  place: string;
  lines: string[];
  isLibrary: boolean;
}

const PLACE = /^\s+File "(.+)", line (\d+)(?:, in (.+))?$/;
const LIBRARY = /site-packages|dist-packages|\/lib\/python3|<frozen|\/fastworker\/(adapters|application)\//;

/** Part a Python traceback into its frames and the texts between them. */
export function framesOf(traceback: string): (Frame | string)[] {
  const parts: (Frame | string)[] = [];
  for (const line of traceback.trimEnd().split("\n")) {
    const place = PLACE.exec(line);
    const last = parts[parts.length - 1];
    if (place) parts.push({ place: line.trim(), lines: [], isLibrary: LIBRARY.test(place[1] ?? "") });
    else if (typeof last === "object" && /^\s{4}/.test(line)) last.lines.push(line.trimEnd());
    else parts.push(line);
  }
  return parts;
}

export function Traceback({ text, label = "traceback" }: { text: string; label?: string }): JSX.Element {
  return (
    <div class="code">
      <div class="traceback" tabIndex={0} role="region" aria-label={`The ${label}`}>
        {framesOf(text).map((part, index) =>
          typeof part === "string" ? (
            <p key={index}>{part}</p>
          ) : (
            <details key={index} class={part.isLibrary ? "library" : "own"} open={!part.isLibrary}>
              <summary>{part.place}</summary>
              <pre>{part.lines.join("\n")}</pre>
            </details>
          ),
        )}
      </div>
      <CopyButton text={text} label={`Copy the ${label}`} />
    </div>
  );
}

const HOW = { from: "caused by", during: "while handling" } as const;

/** What led to the error, where the traceback tells of more than one. */
export function Causes({ of }: { of: string }): JSX.Element | null {
  const causes = causesOf(of).slice(1);
  if (causes.length === 0) return null;
  return (
    <ol class="causes" aria-label="What led to it">
      {causes.map(({ text, how }, index) => (
        <li key={index}>
          <small>{HOW[how ?? "from"]}</small> {text}
        </li>
      ))}
    </ol>
  );
}

export function ErrorView({ error }: { error: ErrorDetail }): JSX.Element {
  return (
    <div class="error-view">
      <p class="error-head">
        <b>{error.type}</b> {error.message}
      </p>
      {error.traceback && <Causes of={error.traceback} />}
      {error.traceback && <Traceback text={error.traceback} />}
      {error.fingerprint && (
        <p>
          <a href={urlOf("errors", error.fingerprint)}>All failures like this one</a>
        </p>
      )}
    </div>
  );
}
