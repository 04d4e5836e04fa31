"""Arguments and results, decoded only because somebody looks at this very task, and told without what is hidden."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from math import isfinite
from typing import Any

from pydantic_core import from_json, to_json

from fastworker.domain.errors import FastWorkerError
from fastworker.domain.task import Submission

from ..models.task import Payload
from ..parts import Parts

SHOWN_BYTES = 64 << 10
"""A payload beyond this is shown by its beginning; reading 64 KiB takes about a millisecond."""

TEXT_CHARACTERS = 4_000
PREVIEW_BYTES = 160
SEARCHED_BYTES = 2 << 10
"""A preview in which something may have to be hidden is of a payload that can be read in 50 µs, or says nothing."""

EXACT = 2**53

type Decode = Callable[[bytes], Any]


def preview(submission: Submission, parts: Parts) -> str:
    """Return the beginning of arguments as in a call; without what is to be hidden."""
    payload = submission.payload
    if not parts.redaction.is_on:
        return beginning(payload)
    shown = (
        redacted_json(payload, arguments_decoder(parts, submission.name)) if len(payload) <= SEARCHED_BYTES else None
    )
    return "…" if shown is None else beginning(shown)


def beginning(payload: bytes) -> str:
    """Return the first arguments of a payload, `1, [2], by="name"`; its first characters if it holds none."""
    text = payload[:PREVIEW_BYTES].decode("utf-8", "replace")
    with suppress(ValueError, TypeError):  # not written by our codec
        text = ", ".join(_as_written(from_json(text, allow_partial="trailing-strings")))
    return text if len(payload) <= PREVIEW_BYTES else f"{text}…"


def _as_written(named: Any) -> Iterator[str]:
    if not isinstance(named, dict) or not isinstance(named.get("", []), list):
        raise TypeError("these are no arguments by name")
    for name, value in named.items():
        yield from (f"{name}={_json(value)}",) if name else map(_json, value)


def _json(value: Any) -> str:
    return to_json(value, inf_nan_mode="constants").decode()


def arguments_decoder(parts: Parts, name: str) -> Decode:
    """Return what decodes the arguments of a task function, by name, without what is to be hidden."""
    if not parts.redaction.is_on:
        return parts.codec.decode_arguments
    parameters = parts.catalogue.positional_names(name) or ()
    return lambda payload: parts.redaction.hide_arguments(parts.codec.decode_arguments(payload), parameters)


def result_decoder(parts: Parts) -> Decode:
    """Return what decodes a result without what is to be hidden."""
    return lambda payload: parts.redaction.hide(parts.codec.decode_result(payload))


def redacted_json(payload: bytes, decode: Decode) -> bytes | None:
    """Return a payload as JSON, decoded without what is to be hidden; None when that cannot be."""
    try:
        return to_json(decode(payload), inf_nan_mode="constants")
    except (FastWorkerError, ValueError, RecursionError):
        return None


def payload_record(payload: bytes, decode: Decode, *, with_digest: bool = True) -> Payload:
    """Return a payload as values; its beginning as text if it is too large or cannot be read.

    Without `with_digest`, the SHA-256 of a payload that is too large is empty: of 8 MiB it takes 5 ms or more.
    """
    if len(payload) > SHOWN_BYTES:
        digest = sha256(payload).hexdigest() if with_digest else ""
        return Payload(text=_text(payload), size=len(payload), sha256=digest, is_truncated=True)
    digest = sha256(payload).hexdigest()
    try:
        value = exact(decode(payload))
    except (FastWorkerError, ValueError, RecursionError):
        return Payload(
            text=_text(payload), size=len(payload), sha256=digest, is_truncated=len(payload) > TEXT_CHARACTERS
        )
    return Payload(value=value, size=len(payload), sha256=digest)


def hidden_record(payload: bytes, decode: Decode) -> Payload:
    """Return a payload in which something may have to be hidden: what cannot be searched for that is not told at all.

    Neither is the SHA-256: from that of a short text the text can be guessed.
    """
    value = None
    is_hidden = len(payload) > SHOWN_BYTES
    if not is_hidden:
        try:
            value = exact(decode(payload))
        except (FastWorkerError, ValueError, RecursionError):
            is_hidden = True
    return Payload(value=value, size=len(payload), sha256="", is_hidden=is_hidden)


def as_call(named: Mapping[str, Any]) -> dict[str, Any]:
    """Return decoded arguments as `args` and `kwargs`; those without names stand under the empty name."""
    return {"args": named.get("", []), "kwargs": {name: value for name, value in named.items() if name}}


def exact(value: Any) -> Any:
    """Return a JSON value in which no number changes in a browser: what it cannot hold is told as text."""
    match value:
        case bool() | str() | None:
            return value
        case int():
            return value if abs(value) <= EXACT else {"$int": str(value)}
        case float():
            return value if isfinite(value) else {"$float": str(value)}
        case dict():
            return {str(key): exact(each) for key, each in value.items()}
        case list() | tuple():
            return [exact(each) for each in value]
        case _:
            return str(value)


def _text(payload: bytes) -> str:
    return payload[:TEXT_CHARACTERS].decode("utf-8", "replace")
