// Who is looking, and what the role allows. The server checks again, each time.
import { computed, signal } from "@preact/signals";
import { request } from "../api/http";
import { ApiError } from "../api/problem";
import type { Role, SessionState } from "../api/types";

export const session = signal<SessionState | null>(null);
/** True when the API asks for a login. */
export const isLockedOut = signal(false);

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** True when the role is allowed what `role` is. Before it is known, nothing is. */
export function allows(state: SessionState | null, role: Role): boolean {
  return state !== null && RANK[state.role] >= RANK[role] && !(state.is_read_only && role === "operator");
}

export const canOperate = computed(() => allows(session.value, "operator"));
export const canAdminister = computed(() => allows(session.value, "admin"));

let asked = 0;

/** Ask who we are. An unreachable control plane leaves what was known; of several questions, the last one counts. */
export async function loadSession(): Promise<void> {
  const question = (asked += 1);
  try {
    const { body } = await request<SessionState>("session");
    if (question !== asked) return;
    session.value = body;
    isLockedOut.value = false;
  } catch (error) {
    if (question === asked) noteRefusal(error);
  }
}

/** Show the login when an answer says that it is needed. */
export function noteRefusal(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) isLockedOut.value = true;
}
