"""The kinds of problems that the API can answer with. A kind's slug never changes its meaning."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """`slug` ends the problem's `type`; `title` is the same for all problems of a kind."""

    slug: str
    status: int
    title: str


BAD_REQUEST = ProblemKind("bad-request", 400, "The request cannot be understood")
INVALID_PARAMETER = ProblemKind("invalid-parameter", 400, "A parameter has a value that cannot work")
UNKNOWN_PARAMETER = ProblemKind("unknown-parameter", 400, "There is no such parameter")
INVALID_CURSOR = ProblemKind("invalid-cursor", 400, "The cursor is not one of this list")
UNAUTHENTICATED = ProblemKind("unauthenticated", 401, "A token is needed")
UNKNOWN_TOKEN = ProblemKind("unknown-token", 401, "This token is not known")
MISSING_RIGHT = ProblemKind("missing-right", 403, "The role does not allow this")
CROSS_ORIGIN = ProblemKind("cross-origin", 403, "The request comes from another site")
HIDDEN = ProblemKind("hidden", 403, "This must not be shown here")
NOT_FOUND = ProblemKind("not-found", 404, "There is nothing here")
METHOD_NOT_ALLOWED = ProblemKind("method-not-allowed", 405, "This cannot be done here")
WRONG_STATE = ProblemKind("wrong-state", 409, "The present state does not allow this")
CONFLICT = ProblemKind("conflict", 409, "This contradicts what was asked before")
COUNT_CHANGED = ProblemKind("count-changed", 409, "More or fewer are concerned than was expected")
FORGOTTEN = ProblemKind("forgotten", 410, "This has ended, and was deleted or is not kept any more")
CHANGED_MEANWHILE = ProblemKind("changed-meanwhile", 412, "This was changed by somebody else meanwhile")
TOO_LARGE = ProblemKind("too-large", 413, "The body is too large")
UNSUPPORTED_MEDIA_TYPE = ProblemKind("unsupported-media-type", 415, "A body must be application/json")
UNKNOWN_HOST = ProblemKind("unknown-host", 421, "This server is not known by that name")
INVALID_BODY = ProblemKind("invalid-body", 422, "The body does not fit its schema")
UNKNOWN_FUNCTION = ProblemKind("unknown-function", 422, "No task function of that name is known")
TOO_MANY = ProblemKind("too-many", 429, "There are too many of these already")
INTERNAL = ProblemKind("internal", 500, "The server failed")
WORKER_SILENT = ProblemKind("worker-silent", 502, "The worker does not answer")
QUEUE_FULL = ProblemKind("queue-full", 503, "The queue is full")
TOO_MANY_CONNECTIONS = ProblemKind("too-many-connections", 503, "There are too many connections")
DRAINING = ProblemKind("draining", 503, "The control plane is stopping")
HTTP_KIND = ProblemKind("http", 400, "The request was refused")
"""Any other status that the framework answers with; the status is its own."""
