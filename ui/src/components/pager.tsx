// Below a list that comes in pages: how much of it this is, and the way to the rest. The cursor is in the URL.
import type { ComponentChildren, JSX } from "preact";
import { count, plural } from "../format/numbers";
import { param, turnTo } from "../router/location";
import { Button } from "./basics";
import { FirstPage } from "./kept";
import { Empty } from "./panel";

interface OnePage {
  items: readonly unknown[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: { value: number; relation: "eq" | "gte" };
}

interface PagerProps {
  page: OnePage;
  thing: string;
  /** What else there is to say of it, such as that not all was looked at. */
  note?: string | false;
  /** It says how many there are, also where all of it is on one page; else there is nothing then. */
  isAlways?: boolean;
}

export function Pager({ page, thing, note = "", isAlways = false }: PagerProps): JSX.Element | null {
  const { next_cursor: next, prev_cursor: previous, total } = page;
  if (!isAlways && !next && !previous && !param("cursor")) return null;
  return (
    <footer class="pager">
      <p>
        {count(page.items.length)} of {total.relation === "gte" ? "more than " : ""}
        {plural(total.value, thing)}
        {note && ` · ${note}`}
      </p>
      <Button
        icon="left"
        refused={previous || param("cursor") ? null : "this is the first page"}
        onClick={() => turnTo(previous ?? "")}
      >
        Previous
      </Button>
      <Button icon="right" refused={next ? null : "this is the last page"} onClick={() => turnTo(next ?? "")}>
        Next
      </Button>
    </footer>
  );
}

/** In the place of a list without rows: why there are none, or, on a later page, the way to where there may be some. */
export function NoneHere({ thing, children }: { thing: string; children: ComponentChildren }): JSX.Element {
  if (!param("cursor")) return <>{children}</>;
  return (
    <Empty title={`No ${thing} is left on this page`}>
      <FirstPage />
    </Empty>
  );
}
