// Arguments and results: as values, or the beginning and all of it as a download.
import type { JSX } from "preact";
import { apiUrl } from "../../api/http";
import type { Payload } from "../../api/types";
import { Code } from "../../components/basics";
import { Icon } from "../../components/icons";
import { bytes } from "../../format/numbers";
import { pretty } from "../../format/values";

export function PayloadView({ payload, label, path }: { payload: Payload; label: string; path: string }): JSX.Element {
  const isText = payload.text !== null && payload.text !== undefined;
  return (
    <>
      <Code label={label}>{isText ? `${payload.text}${payload.is_truncated ? "…" : ""}` : pretty(payload.value)}</Code>
      <p class="payload-note">
        {bytes(payload.size)}{payload.is_truncated && ", too large to show in full"}{" "}
        <a href={apiUrl(`${path}?raw=true`)} download><Icon name="download" />Download</a>
      </p>
    </>
  );
}

/** The call that a task made, as far as it is known here. */
export function callOf(payload: Payload): { args: unknown[]; kwargs: Record<string, unknown> } | null {
  const value = payload.value as { args?: unknown; kwargs?: unknown } | null;
  if (typeof value !== "object" || value === null || payload.is_truncated) return null;
  const args = Array.isArray(value.args) ? (value.args as unknown[]) : [];
  const kwargs = typeof value.kwargs === "object" && value.kwargs !== null ? (value.kwargs as Record<string, unknown>) : {};
  return { args, kwargs };
}
