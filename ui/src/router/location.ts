// Where the page is: the URL as signals, and the ways to change it. All view state lives here.
import { computed, signal } from "@preact/signals";
import { type Params, queryOf, routeOf } from "./route";

/** The path under which the page was served, from `<base href>`; it ends in a slash. */
export const BASE = new URL(document.baseURI).pathname.replace(/[^/]*$/, "");

interface Place {
  path: string;
  search: string;
}

function here(): Place {
  const { pathname, search } = window.location;
  return { path: pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname.slice(1), search };
}

const place = signal<Place>(here());

export const route = computed(() => routeOf(place.value.path), { name: "route" });
export const query = computed(() => new URLSearchParams(place.value.search));

/** Go to a URL relative to the base. `replace` leaves no step in the history, for what changes while one types. */
export function navigate(url: string, { replace = false } = {}): void {
  const target = new URL(url, document.baseURI);
  const before = place.peek();
  if (replace) history.replaceState(null, "", target);
  else history.pushState(null, "", target);
  place.value = here();
  if (before.path !== place.peek().path) window.scrollTo(0, 0);
}

/** Return one parameter of the URL, or a default. */
export function param(name: string, otherwise = ""): string {
  return query.value.get(name) ?? otherwise;
}

/** Change some parameters of the URL and keep the others; `undefined` and "" take one away. */
export function setParams(changes: Params, { replace = true } = {}): void {
  const next: Record<string, readonly string[] | string | undefined> = {};
  for (const name of new Set(query.peek().keys())) next[name] = query.peek().getAll(name);
  const search = queryOf({ ...next, ...changes });
  navigate((place.peek().path || "./") + (search ? `?${search}` : ""), { replace });
}

/** Go to another page of a list; the one without a cursor is the first. */
export function turnTo(cursor: string): void {
  setParams({ cursor, row: "" }, { replace: false });
  window.scrollTo(0, 0);
}

/** True when a click on a link is to be followed here and not by the browser. */
function isOurs(event: MouseEvent, link: HTMLAnchorElement): boolean {
  if (event.defaultPrevented || event.button !== 0) return false;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  if (link.target || link.hasAttribute("download")) return false;
  const target = new URL(link.href);
  return target.origin === window.location.origin && routeOf(target.pathname.slice(BASE.length)).page !== "unknown";
}

/** Follow links without loading the page again, and the browser's back and forward. */
export function startRouter(): void {
  window.addEventListener("popstate", () => (place.value = here()));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    if (!link || !isOurs(event, link)) return;
    event.preventDefault();
    navigate(link.href);
  });
}
