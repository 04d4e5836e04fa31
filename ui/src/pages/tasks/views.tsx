// Which columns are shown, and views with a name: both remembered by this browser.
import type { JSX } from "preact";
import { Button } from "../../components/basics";
import { confirm } from "../../components/confirm";
import { Menu } from "../../components/menu";
import { navigate, query } from "../../router/location";
import { urlOf } from "../../router/route";
import { isText, isTextList, stored } from "../../state/stored";
import { COLUMNS, DEFAULT_COLUMNS, FIXED } from "./columns";

interface View {
  name: string;
  search: string;
}

const isView = (value: unknown): value is View =>
  typeof value === "object" && value !== null && isText((value as View).name) && isText((value as View).search);
const isViews = (value: unknown): value is View[] => Array.isArray(value) && value.every(isView);
const MOST_VIEWS = 30;

export const shownColumns = stored<string[]>("columns", [...DEFAULT_COLUMNS], isTextList);
const views = stored<View[]>("views", [], isViews);

function toggle(key: string): void {
  const before = shownColumns.peek();
  shownColumns.value = before.includes(key) ? before.filter((one) => one !== key) : [...before, key];
}

export function ColumnsMenu(): JSX.Element {
  return (
    <Menu icon="columns" label="Columns">
      {COLUMNS.filter(({ key }) => !FIXED.includes(key)).map(({ key, label }) => (
        <label class="check" key={key}>
          <input type="checkbox" checked={shownColumns.value.includes(key)} onChange={() => toggle(key)} />
          {label}
        </label>
      ))}
    </Menu>
  );
}

async function save(): Promise<void> {
  const answers = await confirm({
    title: "Save this view",
    text: "The filter is remembered by this browser under a name.",
    verb: "Save",
    fields: [{ name: "name", label: "Name" }],
  });
  const name = answers?.name?.trim();
  if (!name) return;
  const kept = new URLSearchParams(query.peek());
  kept.delete("cursor");
  kept.delete("row");
  views.value = [...views.peek().filter((view) => view.name !== name), { name, search: kept.toString() }].slice(
    -MOST_VIEWS,
  );
}

export function ViewsMenu(): JSX.Element {
  return (
    <Menu icon="filter" label="Views">
      {views.value.map(({ name, search }) => (
        <div class="menu-row" key={name}>
          <Button kind="ghost" onClick={() => navigate(`${urlOf("tasks")}?${search}`)}>
            {name}
          </Button>
          <Button
            kind="ghost"
            class="small"
            icon="close"
            label={`Forget the view ${name}`}
            onClick={() => (views.value = views.peek().filter((view) => view.name !== name))}
          />
        </div>
      ))}
      <Button kind="ghost" onClick={() => void save()}>
        Save this view…
      </Button>
    </Menu>
  );
}
