"""Errors as RFC 9457 problem details."""

from pydantic import ConfigDict, Field

from .record import Record


class Sparse(Record):
    """A record whose members that say nothing are left out."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)


class ProblemError(Sparse):
    """One thing that is wrong: a member of the body (`pointer`, RFC 6901) or a parameter of the request."""

    message: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(Sparse):
    """What went wrong. `type` names the kind for ever; `detail` is for people."""

    type: str = Field(description="A reference that names the kind of problem, such as /problems/not-found.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The id of this request, as in the X-Request-Id header.")
    errors: list[ProblemError] = Field(default=[])
    current_status: str | None = Field(default=None, description="The state that stands in the way (409).")
    missing_right: str | None = Field(default=None, description="The role that this needs (403).")
