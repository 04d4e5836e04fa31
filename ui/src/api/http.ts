// One way to the API: JSON in and out, problems as errors, conditional requests.
import { noteServerTime } from "../state/clock";
import type { Problem } from "./problem";
import { ApiError, Unreachable } from "./problem";

const ROOT = new URL("api/v1/", document.baseURI);
const TIMEOUT_MILLISECONDS = 15_000;

/** Return the absolute URL of an API path such as `tasks?limit=50`. */
export function apiUrl(path: string): string {
  return new URL(path, ROOT).href;
}

export interface Reply<T> {
  status: number;
  /** null when the server said 304: what one has is still right. */
  body: T | null;
  etag: string | null;
}

export interface Ask {
  method?: string;
  body?: unknown;
  etag?: string | null;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Ask the API. Raises ApiError for its refusals and Unreachable when there is no answer. */
export async function request<T>(path: string, ask: Ask = {}): Promise<Reply<T>> {
  const response = await send(path, ask);
  const date = Date.parse(response.headers.get("date") ?? "");
  if (!Number.isNaN(date)) noteServerTime(date);
  const etag = response.headers.get("etag");
  if (response.status === 304) return { status: 304, body: null, etag };
  const text = await response.text();
  if (!response.ok) throw new ApiError(problemOf(response, text));
  return { status: response.status, body: text ? (JSON.parse(text) as T) : null, etag };
}

async function send(path: string, ask: Ask): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...ask.headers };
  if (ask.body !== undefined) headers["content-type"] = "application/json";
  if (ask.etag) headers["if-none-match"] = ask.etag;
  const limit = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  try {
    return await fetch(apiUrl(path), {
      method: ask.method ?? "GET",
      headers,
      cache: "no-store",
      credentials: "same-origin",
      signal: ask.signal ? AbortSignal.any([ask.signal, limit]) : limit,
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
    });
  } catch (error) {
    if (ask.signal?.aborted) throw error;
    throw new Unreachable(limit.aborted ? "no answer within 15 s" : "the connection failed");
  }
}

function problemOf(response: Response, text: string): Problem {
  const plain = {
    type: "about:blank",
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
  };
  if (!response.headers.get("content-type")?.includes("json")) return { ...plain, detail: text.slice(0, 300) };
  try {
    return { ...plain, ...(JSON.parse(text) as Partial<Problem>) };
  } catch {
    return plain;
  }
}
