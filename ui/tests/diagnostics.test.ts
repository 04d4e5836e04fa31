import { afterEach, describe, expect, it, vi } from "vitest";
import { collect } from "../src/pages/system/diagnostics";

function answer(url: string): Promise<Response> {
  const json = (status: number, body: unknown, type = "application/json") =>
    Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "content-type": type } }));
  if (url.includes("workers")) return json(500, { title: "The server failed", status: 500 }, "application/problem+json");
  return json(200, { asked: new URL(url).pathname });
}

describe("the diagnostics", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("hold what is there, and the error of what cannot be had", async () => {
    vi.stubGlobal("fetch", answer);
    const found = await collect(true);
    expect(Object.keys(found)).toEqual([
      "system",
      "overview",
      "queues",
      "workers",
      "worker-moves",
      "functions",
      "errors",
      "operations",
      "metrics/series",
      "config",
      "audit",
    ]);
    expect(found.system).toEqual({ asked: "/api/v1/system" });
    expect(found.workers).toEqual({ error: { title: "The server failed", detail: "" } });
  });

  it("ask for nothing that only admins may see, when one is none", async () => {
    vi.stubGlobal("fetch", answer);
    expect(Object.keys(await collect(false))).not.toContain("audit");
  });
});
