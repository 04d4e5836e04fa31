// Below a list that comes in pages: how much of it this is, and the way to the rest. The cursor is in the URL.
import type { JSX } from "preact";
import { count, plural } from "../format/numbers";
import { param, setParams } from "../router/location";
import { Button } from "./basics";

interface OnePage {
  items: readonly unknown[];
  next_cursor: string | null;
  prev_cursor: string | null;
  total: { value: number; relation: "eq" | "gte" };
}

/** Nothing where all of it is on one page. */
export function Pager({ page, thing }: { page: OnePage; thing: string }): JSX.Element | null {
  const { next_cursor: next, prev_cursor: previous, total } = page;
  if (!next && !previous && !param("cursor")) return null;
  const go = (cursor: string) => (setParams({ cursor, row: "" }, { replace: false }), window.scrollTo(0, 0));
  return (
    <footer class="pager">
      <p>
        {count(page.items.length)} of {plural(total.value, thing)}
      </p>
      <Button
        icon="left"
        refused={previous || param("cursor") ? null : "this is the first page"}
        onClick={() => go(previous ?? "")}
      >
        Previous
      </Button>
      <Button icon="right" refused={next ? null : "this is the last page"} onClick={() => go(next ?? "")}>
        Next
      </Button>
    </footer>
  );
}
