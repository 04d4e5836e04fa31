// The call of a task in other words, to be copied.
import type { JSX } from "preact";
import type { FunctionDetail, Task } from "../../api/types";
import { Button } from "../../components/basics";
import { Menu } from "../../components/menu";
import { asCommand, asCurl, asPython } from "../../forms/commands";
import { pretty } from "../../format/values";
import { useResource } from "../../live/resource";
import { copy } from "../../state/clipboard";
import { toast } from "../../state/toasts";
import { callOf } from "./payload";

export function CopyMenu({ task }: { task: Task }): JSX.Element {
  const of = useResource<FunctionDetail>(`functions/${encodeURIComponent(task.name)}`).data;
  const call = callOf(task.arguments);
  const again = call && { name: task.name, ...call, priority: task.priority };
  const words: [label: string, text: string | null][] = [
    ["Python", again && asPython(again, of?.module ?? null)],
    ["Command line", again && asCommand(again)],
    ["curl", again && asCurl(again)],
    ["JSON of the task", pretty(task)],
  ];
  return (
    <Menu icon="copy" label="Copy as">
      {words.map(([label, text]) => (
        <Button
          key={label}
          kind="ghost"
          refused={text === null ? "its arguments are not known here" : null}
          onClick={() => void write(label, text ?? "")}
        >
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
