"""Records as answers: JSON with a weak entity tag, and 304 for who has it already.

The tag leaves out `as_of`: what has not changed has the same tag at another moment. It is of the record and not of how
that is sent, so that it is the same for the compressed answer: it is weak.
"""

from hashlib import blake2b
from typing import Any, override

from litestar import Litestar, Request, Response
from litestar.response.base import ASGIResponse

from .compression import ENCODING, LARGE_BYTES, VARIES, at_once, takes_gzip
from .models.record import Record

TAG_BYTES = 12


class Answer(Response[Any]):
    """A response; a record in it becomes JSON, or 304 for who has its tag."""

    @override
    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **more: Any) -> ASGIResponse:
        """Return what is sent to this request."""
        if isinstance(self.content, Record):
            self._tell(self.content, request, self.status_code or more.get("status_code"))
        return super().to_asgi_response(app, request, **more)

    def _tell(self, record: Record, request: Request[Any, Any, Any], status: int | None) -> None:
        body, moment = _json(record)
        self.headers["cache-control"] = "no-store"
        if len(body) + len(moment) >= LARGE_BYTES:
            self.headers["vary"] = VARIES
        if self._is_known(body, request, status):
            self.content, self.status_code = b"", 304
        else:
            self._write(body + moment, request)

    def _is_known(self, body: bytes, request: Request[Any, Any, Any], status: int | None) -> bool:
        if request.method not in ("GET", "HEAD") or status not in (None, 200):
            return False
        tag = self.headers["etag"] = entity_tag(body)
        return has_tag(request.headers.get("if-none-match", ""), tag)

    def _write(self, content: bytes, request: Request[Any, Any, Any]) -> None:
        if "vary" in self.headers and takes_gzip(request.headers.get("accept-encoding", "")):
            self.headers["content-encoding"] = ENCODING
            content = at_once(content)
        self.content = content


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
