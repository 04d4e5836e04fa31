"""Cursors: where a page of a list begins, as text that only this server reads.

A cursor holds the sort key of the item at the edge of a page, so that items that come and go meanwhile move nothing.
It is good for the list and the filter that it was made for, and for no other.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b

from pydantic_core import from_json, to_json

from .models.problem import ProblemError
from .problem_kinds import INVALID_CURSOR
from .problems import ApiProblem

VERSION = 1
LONGEST_CURSOR = 800
MOST_PARTS = 4

type Part = str | int | float


@dataclass(frozen=True, slots=True)
class Cursor:
    """The item next to which a page begins, by its sort key, and whether it goes on backward from there."""

    key: tuple[Part, ...]
    is_backward: bool = False


def list_hash(*parts: object) -> str:
    """Return what tells one list with its filter and order from another."""
    return blake2b(repr(parts).encode("utf-8", "backslashreplace"), digest_size=6).hexdigest()


def encode_cursor(cursor: Cursor, *, of: str) -> str:
    """Return a cursor of the list that `of` names, as text for a URL."""
    said = to_json([VERSION, of, int(cursor.is_backward), list(cursor.key)])
    return urlsafe_b64encode(said).rstrip(b"=").decode()


def decode_cursor(text: str, *, of: str) -> Cursor:
    """Return a cursor of the list that `of` names; raises `ApiProblem` for any other text."""
    problem = foreign_cursor()
    if len(text) > LONGEST_CURSOR or not text.isascii():
        raise problem
    try:
        said = from_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)), allow_inf_nan=False)
    except ValueError:
        raise problem from None
    if not isinstance(said, list) or len(said) != 4 or said[:2] != [VERSION, of]:
        raise problem
    _, _, direction, key = said
    if direction not in (0, 1) or not isinstance(key, list) or not 1 <= len(key) <= MOST_PARTS:
        raise problem
    if not all(_is_part(part) for part in key):
        raise problem
    return Cursor(tuple(key), is_backward=bool(direction))


def foreign_cursor() -> ApiProblem:
    """Return the problem of a cursor that this list never gave."""
    message = "it is not one of this list with this filter; begin without one"
    return ApiProblem(INVALID_CURSOR, f"cursor: {message}", errors=[ProblemError(message=message, parameter="cursor")])


def _is_part(part: object) -> bool:
    if isinstance(part, str):
        return True
    return isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < 2**63  # and so finite
