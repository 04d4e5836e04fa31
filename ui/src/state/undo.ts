// Taking back what was just done: offered where it is told, for what has a way back.
import { act } from "./act";
import { toast } from "./toasts";

export const UNDO_KEY = "U";

interface WayBack {
  /** Bring back what was before. */
  call: () => Promise<unknown>;
  /** Have what is shown asked for again. */
  done?: () => void;
  /** What does not come back with it. */
  but?: string;
}

/** Say what was done, with a button and a key that take it back as long as that is shown. */
export function tellWithUndo(text: string, { call, done, but }: WayBack): void {
  const run = () => void act("Undo", call, () => (toast("good", "It is taken back"), done?.()));
  toast("good", text, { ...(but ? { detail: but } : {}), action: { label: "Undo", run, keys: UNDO_KEY } });
}
