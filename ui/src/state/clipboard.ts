// Copying text, also on plain-http pages, where `navigator.clipboard` does not exist.
import { announce } from "./announcer";

/** Copy a text; true when it worked. */
export async function copy(text: string): Promise<boolean> {
  const worked = await write(text);
  announce(worked ? "Copied" : "Copying is not possible here");
  return worked;
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

function copySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "offscreen";
  // Inside an open dialog everything else is inert, and cannot be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  const before = document.activeElement;
  area.select();
  const worked = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return worked;
}
