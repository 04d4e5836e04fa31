"""Records as answers: JSON with a weak entity tag, and 304 for who has it already.

The tag leaves out `as_of`: what has not changed has the same tag at another moment.
"""

from hashlib import blake2b
from typing import Any

from litestar import Request, Response

from .models.record import Record

TAG_BYTES = 12


def answer(request: Request[Any, Any, Any], response: Response[Any]) -> Response[Any]:
    """Turn the record of a response into JSON; with the tag that the client has, into 304."""
    record = response.content
    if not isinstance(record, Record):
        return response
    body, moment = _json(record)
    response.content = body + moment
    response.media_type = response.media_type or "application/json"
    response.headers["cache-control"] = "no-store"
    if request.method not in ("GET", "HEAD") or response.status_code not in (None, 200):
        return response
    tag = response.headers["etag"] = entity_tag(body)
    if has_tag(request.headers.get("if-none-match", ""), tag):
        return Response(b"", status_code=304, headers={"etag": tag, "cache-control": "no-store"})
    return response


def _json(record: Record) -> tuple[bytes, bytes]:
    """Return a record as JSON in two parts; the second holds the moment, if there is one."""
    if "as_of" not in type(record).model_fields:
        return record.model_dump_json().encode(), b""
    body = record.model_dump_json(exclude={"as_of"}).encode()
    moment = record.model_dump_json(include={"as_of"}).encode()
    return body[:-1], (b"," if len(body) > 2 else b"") + moment[1:]


def entity_tag(body: bytes) -> str:
    """Return the weak tag of a body."""
    return f'W/"{blake2b(body, digest_size=TAG_BYTES).hexdigest()}"'


def has_tag(if_none_match: str, tag: str) -> bool:
    """Tell whether an If-None-Match or If-Match header names a tag, compared weakly (RFC 9110, 8.8.3.2)."""
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
