// What can go wrong with a request: a refusal of the API (RFC 9457), or no answer.

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  errors?: { pointer?: string | null; parameter?: string | null; message: string }[];
}

/** The API answered with a problem. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
  }

  get status(): number {
    return this.problem.status;
  }
}

/** Nobody answered, or not in time. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

/** False when the API has judged what was asked: it would judge so again. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError && error.status < 500 && error.status !== 429);
}

/** True when the cursor is of another list, or of before a restart: the list has to begin anew. */
export function isOfCursor(error: unknown): boolean {
  return error instanceof ApiError && error.problem.type === "/problems/invalid-cursor";
}

/** Return an error as a heading and a sentence. */
export function explain(error: unknown): { title: string; detail: string } {
  if (error instanceof ApiError) {
    const { title, detail = "", errors = [] } = error.problem;
    const where = errors.map((one) => `${one.parameter ?? one.pointer ?? ""}: ${one.message}`.replace(/^: /, ""));
    return { title, detail: [detail, ...where.filter((one) => !detail.includes(one))].filter(Boolean).join(" · ") };
  }
  if (error instanceof Unreachable) return { title: "The control plane does not answer", detail: error.message };
  return { title: "Something went wrong on this page", detail: error instanceof Error ? error.message : String(error) };
}
