// Arguments and results: as values, or the beginning and all of it as a download.
import type { JSX } from "preact";
import { apiUrl } from "../../api/http";
import type { Payload } from "../../api/types";
import { Code } from "../../components/basics";
import { Icon } from "../../components/icons";
import { bytes } from "../../format/numbers";
import { callText, pretty } from "../../format/values";

export function PayloadView({ payload, label, path }: { payload: Payload; label: string; path: string }): JSX.Element {
  const isText = payload.text !== null && payload.text !== undefined;
  if (payload.is_hidden) return <p class="muted">{bytes(payload.size)}, in which something may have to be hidden.</p>;
  return (
    <>
      <Code label={label}>{isText ? `${payload.text}${payload.is_truncated ? "…" : ""}` : pretty(payload.value)}</Code>
      <p class="payload-note">
        {bytes(payload.size)}
        {payload.is_truncated && ", too large to show in full"}{" "}
        <a href={apiUrl(`${path}?raw=true`)} download>
          <Icon name="download" />
          Download
        </a>
      </p>
    </>
  );
}

/** The call that a task made, as far as it is known here. */
export function callOf(payload: Payload): { args: unknown[]; kwargs: Record<string, unknown> } | null {
  const value = payload.value as { args?: unknown; kwargs?: unknown } | null;
  if (typeof value !== "object" || value === null || payload.is_truncated || payload.is_hidden) return null;
  const args = Array.isArray(value.args) ? (value.args as unknown[]) : [];
  const kwargs =
    typeof value.kwargs === "object" && value.kwargs !== null ? (value.kwargs as Record<string, unknown>) : {};
  return { args, kwargs };
}

const LONGEST_CALL = 160;

/** The arguments as a call where that fits on a line or two, else as JSON. */
export function CallView({ name, payload, path }: { name: string; payload: Payload; path: string }): JSX.Element {
  const call = callOf(payload);
  const text = call && callText(name, call.args, call.kwargs);
  if (!text || text.length > LONGEST_CALL) return <PayloadView payload={payload} label="the arguments" path={path} />;
  return <Code label="the call">{text}</Code>;
}
