// The tags of a task, or of those of a function: each leads to all tasks that have it.
import type { JSX } from "preact";
import { urlOf } from "../router/route";

export function Tags({ tags }: { tags: readonly string[] }): JSX.Element {
  return (
    <span class="tags">
      {tags.map((tag) => (
        <a key={tag} class="tag" href={urlOf("tasks", "", { tag })} title={`All tasks with the tag ${tag}`}>
          {tag}
        </a>
      ))}
    </span>
  );
}
