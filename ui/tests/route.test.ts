import { describe, expect, it } from "vitest";
import { queryOf, routeOf, urlOf } from "../src/router/route";

describe("a path", () => {
  it.each([
    ["", "overview", ""],
    ["tasks", "tasks", ""],
    ["tasks/", "tasks", ""],
    ["tasks/0198-abc", "tasks", "0198-abc"],
    ["functions/a%2Fb%20c", "functions", "a/b c"],
    ["workers/%3Cimg%3E", "workers", "<img>"],
  ])("%s means a page and what of it", (path, page, subject) => {
    expect(routeOf(path)).toEqual({ page, subject });
  });

  it.each(["nothing", "tasks/a/b", "tasks/%E0%A4%A", "__proto__"])("%s is an unknown page", (path) => {
    expect(routeOf(path).page).toBe("unknown");
  });
});

describe("the URL of a page", () => {
  it("is relative, so that the page works below any path", () => {
    expect(urlOf("overview")).toBe("./");
    expect(urlOf("tasks", "", { status: ["failure", "lost"], q: "" })).toBe("tasks?status=failure&status=lost");
  });

  it("leads back to what it was made of, whatever is in a name", () => {
    for (const name of ["a/b", "ü?&#=", "<b>", "a b", "%2F"]) {
      expect(routeOf(urlOf("functions", name))).toEqual({ page: "functions", subject: name });
    }
  });

  it("leaves out what is empty", () => {
    expect(queryOf({ a: "", b: undefined, c: [], d: "1" })).toBe("d=1");
  });
});
