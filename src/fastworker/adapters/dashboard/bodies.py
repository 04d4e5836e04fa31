"""Bodies that may be large, for they hold arguments: few at a time, and decoded beside the event loop.

One MiB of JSON takes 9 to 50 ms to decode and 10 to 220 ms to encode anew, by what is in it: small objects are slowest
(measured). In a thread that is no less work, and each step holds the interpreter's lock; but it is in pieces, between
which the event loop goes on. So there is a bound, and a thread from 64 KiB on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from anyio import CapacityLimiter, to_thread
from litestar import Request
from pydantic import ValidationError
from pydantic_core import from_json

from .models.problem import ProblemError
from .models.record import Body
from .problem_kinds import BAD_REQUEST, INVALID_BODY, TOO_MANY
from .problems import RETRY_SECONDS, ApiProblem

MOST_ARGUMENT_BYTES = 1 << 20
"""Of one call through this API, as JSON; clients of the queue itself may send more."""

LARGE_BYTES = 64 << 10
MOST_LARGE = 4
MOST_ERRORS = 20


class LargeBodies:
    """Keeps few of them under way, and one at a time in the thread."""

    def __init__(self) -> None:
        self._under_way = 0
        self._limiter: CapacityLimiter | None = None  # belongs to the event loop that asks first

    @contextmanager
    def room_for(self, request: Request[Any, Any, Any]) -> Iterator[None]:
        """Have a place for a body that is, or may be, large, while the context lasts; raises `ApiProblem`."""
        length = int(request.headers.get("content-length", 0))
        if length <= LARGE_BYTES and "transfer-encoding" not in request.headers:
            yield
            return
        if self._under_way >= MOST_LARGE:
            detail = f"{MOST_LARGE} large bodies are being read already; try again later"
            raise ApiProblem(TOO_MANY, detail, headers={"retry-after": str(RETRY_SECONDS)})
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def aside[R](self, size: int, work: Callable[[], R]) -> R:
        """Do work that grows with so many bytes: at once if they are few, else in the thread."""
        if size <= LARGE_BYTES:
            return work()
        if self._limiter is None:
            self._limiter = CapacityLimiter(1)
        return await to_thread.run_sync(work, limiter=self._limiter)


def decoded[B: Body](raw: bytes, kind: type[B]) -> B:
    """Return a body; raises `ApiProblem` that names each member that is wrong."""
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise ApiProblem(BAD_REQUEST, f"the body is no JSON: {error}") from None
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise invalid_body(error) from None


def invalid_body(error: ValidationError) -> ApiProblem:
    """Return the problem of a body that does not fit its model."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]
    errors = [ProblemError(message=each["msg"][:500], pointer=_pointer(each["loc"])) for each in found]
    detail = "; ".join(f"{each.pointer or 'body'}: {each.message}" for each in errors[:3])
    return ApiProblem(INVALID_BODY, detail, errors=errors)


def _pointer(place: tuple[int | str, ...]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def digest_of_body(data: Body) -> bytes:
    """Return what is equal for equal bodies."""
    return sha256(data.model_dump_json().encode("utf-8", "surrogatepass")).digest()
