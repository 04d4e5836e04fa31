"""What every resource of the API is made of: a frozen record, and a body that refuses what it does not know."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

type Moment = datetime
"""A moment in UTC, written as RFC 3339."""


class Record(BaseModel):
    """Something that the API tells."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class Body(BaseModel):
    """Something that the API is told; a member that is not known is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
