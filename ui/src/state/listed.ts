// The list that a task was opened from: for going to the previous and the next of it.
import { signal } from "@preact/signals";

export interface Listed {
  ids: readonly string[];
  /** The URL of the list, relative to the base. */
  url: string;
}

export const listed = signal<Listed>({ ids: [], url: "tasks" });

/** Return the neighbours of an id in a list. */
export function neighbours(ids: readonly string[], id: string): { previous?: string; next?: string } {
  const at = ids.indexOf(id);
  if (at < 0) return {};
  return { ...(at > 0 ? { previous: ids[at - 1] } : {}), ...(at < ids.length - 1 ? { next: ids[at + 1] } : {}) };
}
