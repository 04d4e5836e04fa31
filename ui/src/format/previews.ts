// The beginning of the arguments as the wire has them, as one would write them in a call. It may be cut off anywhere.

interface Scan {
  /** Where each comma of the outermost level stands. */
  commas: number[];
  /** Where the outermost level is closed; the end where it was cut off. */
  end: number;
}

/** Look for the commas and the end of a JSON array or object that begins at the first character. */
function scan(text: string): Scan {
  const commas: number[] = [];
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (isString) {
      if (letter === "\\") at += 1;
      else if (letter === '"') isString = false;
    } else if (letter === '"') isString = true;
    else if (letter === "[" || letter === "{") depth += 1;
    else if (letter === "]" || letter === "}") {
      depth -= 1;
      if (depth === 0) return { commas, end: at };
    } else if (letter === "," && depth === 1) commas.push(at);
  }
  return { commas, end: text.length };
}

/** Return the members of a JSON array or object as texts. */
export function membersOf(text: string): string[] {
  const { commas, end } = scan(text);
  const ends = [...commas, end];
  return ends.map((at, index) => text.slice(index === 0 ? 1 : (ends[index - 1] ?? 0) + 1, at)).filter((one) => one !== "");
}

const MEMBER = /^"((?:[^"\\]|\\.)*)":(.*)$/s;

/** Return the arguments as in a call: those by position under the empty name, the others with theirs. */
export function callPreview(text: string): string {
  if (!text.startsWith("{")) return text;
  return membersOf(text)
    .flatMap((member) => {
      const [, name, value = ""] = MEMBER.exec(member) ?? [];
      if (name === undefined) return [member];
      return name === "" && value.startsWith("[") ? membersOf(value) : [`${name}=${value}`];
    })
    .join(", ");
}
