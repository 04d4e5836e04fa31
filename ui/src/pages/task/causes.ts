// What led to an error: the exceptions of a traceback, from the last to the first.

export interface Cause {
  /** As Python writes it: `module.Type: message`. */
  text: string;
  /** How it led to the one before: `raise … from`, or while that one was handled; none of the error itself. */
  how: "from" | "during" | null;
}

const FROM = "The above exception was the direct cause of the following exception:";
const DURING = "During handling of the above exception, another exception occurred:";
const PLACE = /^\s*(\||File "|Traceback \(|\s)/;

/** Return the chain of exceptions in a Python traceback, the last one first; a line of each. */
export function causesOf(traceback: string): Cause[] {
  const parts: { lines: string[]; next: Cause["how"] }[] = [{ lines: [], next: null }];
  for (const line of traceback.split("\n")) {
    const last = parts[parts.length - 1] as (typeof parts)[number];
    if (line === FROM || line === DURING) {
      last.next = line === FROM ? "from" : "during";
      parts.push({ lines: [], next: null });
    } else last.lines.push(line);
  }
  return parts
    .map(({ lines, next }) => ({ text: headlineOf(lines), how: next }))
    .filter(({ text }) => text !== "")
    .reverse();
}

/** The first line behind the frames: what was raised. */
function headlineOf(lines: readonly string[]): string {
  const lastFrame = lines.findLastIndex((line) => /^\s+File "/.test(line));
  return lines.slice(lastFrame + 1).find((line) => line !== "" && !PLACE.test(line)) ?? "";
}
