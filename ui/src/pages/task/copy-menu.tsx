// The call of a task in other words, to be copied.
import type { JSX } from "preact";
import type { FunctionDetail, Task } from "../../api/types";
import { Button } from "../../components/basics";
import { Menu } from "../../components/menu";
import { asCommand, asCurl, asPython, type Language, unsaid } from "../../forms/commands";
import { agreedOf } from "../../forms/options";
import { useTarget } from "../../forms/target";
import { pretty } from "../../format/values";
import { useResource } from "../../live/resource";
import { copy } from "../../state/clipboard";
import { toast } from "../../state/toasts";
import { callOf } from "./payload";

export function CopyMenu({ task }: { task: Task }): JSX.Element {
  const of = useResource<FunctionDetail>(`functions/${encodeURIComponent(task.name)}`).data;
  const target = useTarget(of?.module ?? null);
  const call = callOf(task.arguments);
  const isTagged = task.tags.length > 0 || (of?.tags.length ?? 0) > 0; // else there is nothing to be said of tags
  const options = { priority: task.priority, ...agreedOf(task, of), ...(isTagged ? { tags: task.tags } : {}) };
  const again = { name: task.name, args: [], kwargs: {}, ...call, ...options };
  const refusal = (language: Language) => (call ? unsaid(again, language, target) : "its arguments are not known here");
  const words: [label: string, refused: string | null, text: string][] = [
    ["Python", refusal("python"), asPython(again, target)],
    ["Command line", refusal("shell"), asCommand(again, target)],
    ["curl", refusal("json"), asCurl(again, target)],
    ["JSON of the task", null, pretty(task)],
  ];
  return (
    <Menu icon="copy" label="Copy as">
      {words.map(([label, refused, text]) => (
        <Button key={label} kind="ghost" refused={refused} onClick={() => void write(label, text)}>
          {label}
        </Button>
      ))}
    </Menu>
  );
}

async function write(label: string, text: string): Promise<void> {
  if (await copy(text)) toast("good", `Copied: ${label}`);
  else toast("bad", "Copying is not possible here");
}
