// Doing something, and saying why when it was refused.
import { explain } from "../api/problem";
import { noteRefusal } from "./session";
import { toast } from "./toasts";

/** Run an action. Returns what the API answered, or undefined when it refused, which a toast then says. */
export async function act<T>(what: string, call: () => Promise<T>, done?: (result: T) => void): Promise<T | undefined> {
  try {
    const result = await call();
    done?.(result);
    return result;
  } catch (error) {
    noteRefusal(error);
    const { title, detail } = explain(error);
    toast("bad", `${what}: ${title}`, { detail });
    return undefined;
  }
}
