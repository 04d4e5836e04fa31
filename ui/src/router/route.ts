// Which page a path means, and the path of a page. Paths are relative to the base of the page.

export const PAGES = ["overview", "tasks", "errors", "queues", "workers", "functions", "system", "api"] as const;
export type PageName = (typeof PAGES)[number];

/** A page, and what of it: the id of a task, a fingerprint, the name of a priority, a worker or a function. */
export interface Route {
  page: PageName | "unknown";
  subject: string;
}

/** Read a path such as `tasks/0198…`; what cannot be decoded is an unknown page. */
export function routeOf(path: string): Route {
  const unknown: Route = { page: "unknown", subject: "" };
  const parts = path.split("/").filter((part) => part !== "");
  const [first = "overview", second = ""] = parts;
  if (parts.length > 2 || !(PAGES as readonly string[]).includes(first)) return unknown;
  try {
    return { page: first as PageName, subject: decodeURIComponent(second) };
  } catch {
    return unknown;
  }
}

export type Params = Record<string, string | readonly string[] | undefined>;

/** Return the relative URL of a page; the overview is the base itself. */
export function urlOf(page: PageName, subject = "", params: Params = {}): string {
  const path = page === "overview" ? "./" : subject ? `${page}/${encodeURIComponent(subject)}` : page;
  const query = queryOf(params);
  return query ? `${path}?${query}` : path;
}

/** Return a query string without its question mark; empty and missing values are left out. */
export function queryOf(params: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of typeof value === "string" ? [value] : (value ?? [])) {
      if (one !== "") query.append(name, one);
    }
  }
  return query.toString();
}
