// The tasks of a filter as a file. The browser asks for it by itself: it may be large.
import type { JSX } from "preact";
import { apiUrl } from "../../api/http";
import { Icon } from "../../components/icons";
import { Menu } from "../../components/menu";
import { exportPath, type Filter } from "./filter";

const KINDS = [
  { format: "csv", label: "Table (CSV)" },
  { format: "jsonl", label: "JSON Lines" },
] as const;

export function ExportMenu({ filter }: { filter: Partial<Filter> }): JSX.Element {
  return (
    <Menu icon="download" label="Export">
      {KINDS.map(({ format, label }) => (
        <a key={format} class="button ghost" href={apiUrl(exportPath(filter, format))} download={`tasks.${format}`}>
          <Icon name="download" />
          {label}
        </a>
      ))}
    </Menu>
  );
}
