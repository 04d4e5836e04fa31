// There is no such page.
import type { JSX } from "preact";
import { Empty } from "../components/panel";
import { urlOf } from "../router/route";

export function NotFound(): JSX.Element {
  return (
    <>
      <header class="page-head">
        <h1>Not found</h1>
      </header>
      <Empty icon="help" title="There is no such page here">
        <a class="button" href={urlOf("overview")}>
          To the overview
        </a>
      </Empty>
    </>
  );
}
