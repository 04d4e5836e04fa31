// A traceback: the lines of the application stand out, those of libraries step back.
import type { JSX } from "preact";
import type { ErrorDetail, Frame as FrameLocals, LocalVariable } from "../../api/types";
import { CopyButton } from "../../components/basics";
import { urlOf } from "../../router/route";
import { causesOf } from "./causes";

export interface Frame {
  place: string;
  lines: string[];
  isLibrary: boolean;
  locals: LocalVariable[];
}

const PLACE = /^\s+File "(.+)", line (\d+)(?:, in (.+))?$/;
const LIBRARY = /site-packages|dist-packages|\/lib\/python3|<frozen|\/fastworker\/(adapters|application)\//;

/** Part a Python traceback into its frames and the texts between them; those `withLocals` have these. */
export function framesOf(traceback: string, withLocals: readonly FrameLocals[] = []): (Frame | string)[] {
  const parts: (Frame | string)[] = [];
  for (const line of traceback.trimEnd().split("\n")) {
    const place = PLACE.exec(line);
    const last = parts[parts.length - 1];
    if (place) parts.push({ place: line.trim(), lines: [], isLibrary: LIBRARY.test(place[1] ?? ""), locals: [] });
    else if (typeof last === "object" && /^\s{4}/.test(line)) last.lines.push(line.trimEnd());
    else parts.push(line);
  }
  addLocals(parts, withLocals);
  return parts;
}

/** From the end: of several frames at one place (a recursion) the last is the innermost, and those have locals. */
function addLocals(parts: readonly (Frame | string)[], withLocals: readonly FrameLocals[]): void {
  const rest = [...withLocals];
  for (const part of [...parts].reverse()) {
    if (typeof part === "string") continue;
    const index = rest.findLastIndex((one) => `File "${one.file}", line ${one.line}, in ${one.function}` === part.place);
    part.locals = index < 0 ? [] : (rest.splice(index, 1)[0]?.locals ?? []);
  }
}

interface Props {
  text: string;
  label?: string;
  withLocals?: readonly FrameLocals[];
}

export function Traceback({ text, label = "traceback", withLocals = [] }: Props): JSX.Element {
  return (
    <div class="code">
      <div class="traceback" tabIndex={0} role="region" aria-label={`The ${label}`}>
        {framesOf(text, withLocals).map((part, index) =>
          typeof part === "string" ? (
            <p key={index}>{part}</p>
          ) : (
            <details key={index} class={part.isLibrary ? "library" : "own"} open={!part.isLibrary}>
              <summary>{part.place}</summary>
              <pre>{part.lines.join("\n")}</pre>
              {part.locals.length > 0 && <Locals of={part} />}
            </details>
          ),
        )}
      </div>
      <CopyButton text={text} label={`Copy the ${label}`} />
    </div>
  );
}

function Locals({ of: { place, locals } }: { of: Frame }): JSX.Element {
  return (
    <details class="locals">
      <summary>
        Locals <span class="offscreen">of {place}</span>
      </summary>
      <table>
        <tbody>
          {locals.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
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
      {error.traceback && <Traceback text={error.traceback} withLocals={error.frames} />}
      {error.fingerprint && (
        <p>
          <a href={urlOf("errors", error.fingerprint)}>All failures like this one</a>
        </p>
      )}
    </div>
  );
}
