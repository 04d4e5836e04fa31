"""Frames: a fixed prefix, the sizes of the payloads, the envelope as JSON, the payloads as they are.

docs/protocol.md gives the bytes; tests/unit/adapters/json_codec/recorded_frames holds recorded ones.
"""

from functools import lru_cache
from itertools import accumulate, pairwise
from struct import Struct
from struct import error as StructError
from typing import Any, override

from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaSerializer, SchemaValidator

from fastworker.application.messages import FRAME_BYTES, MESSAGES, PROTOCOL, Message
from fastworker.application.ports.codec import FrameCodec
from fastworker.domain.errors import BadFrame, PayloadTooLarge, ProtocolMismatch
from fastworker.domain.text import bounded

MAGIC = b"FW"
PREFIX = Struct(">2sBBII")  # magic, protocol, kind, bytes of envelope, number of payloads
_KINDS = {message: kind for kind, message in enumerate(MESSAGES)}
_WITHOUT_PAYLOADS = {"payloads"}
_ADAPTERS: dict[type[Message], TypeAdapter[Any]] = {}  # made on first use: a process needs few of them
_VALIDATORS: dict[type[Message], SchemaValidator] = {}
_SERIALIZERS: dict[type[Message], SchemaSerializer] = {}

PROBLEM_CHARACTERS = 500
"""Keys from a peer may be of any length; what is said of them is not."""


class JsonFrameCodec(FrameCodec):
    """Envelopes by pydantic, checked field by field, without what is as by default; payloads opaque."""

    @override
    def encode(self, message: Message) -> bytes:
        payloads: list[bytes] = getattr(message, "payloads", [])
        envelope = _serializer(type(message)).to_json(message, exclude=_WITHOUT_PAYLOADS, exclude_defaults=True)
        sizes = _sizes(len(payloads)).pack(*map(len, payloads))
        prefix = PREFIX.pack(MAGIC, PROTOCOL, _KINDS[type(message)], len(envelope), len(payloads))
        frame = b"".join([prefix, sizes, envelope, *payloads])
        if len(frame) > FRAME_BYTES:
            raise PayloadTooLarge(f"a frame of {len(frame)} bytes exceeds the limit of {FRAME_BYTES}")
        return frame

    @override
    def decode(self, frame: bytes) -> Message:
        kind, envelope, payloads = _split(frame)
        try:
            message: Any = _validator(kind).validate_json(envelope)
        except (ValidationError, RecursionError) as error:
            raise BadFrame(f"the envelope is no {kind.__name__}: {_first_problem(error)}") from error
        has_payloads = hasattr(message, "payloads")
        if has_payloads and message.payloads:
            raise BadFrame(f"a {kind.__name__} with payloads inside its envelope, expected them beside it")
        expected = len(message.entries) if has_payloads else 0
        if len(payloads) != expected:
            raise BadFrame(f"a {kind.__name__} with {len(payloads)} payloads, expected {expected}")
        if payloads:  # nobody else has seen this message yet, and dataclasses.replace takes 3 µs more (measured)
            object.__setattr__(message, "payloads", payloads)
        decoded: Message = message
        return decoded


def _split(frame: bytes) -> tuple[type[Message], bytes, list[bytes]]:
    """Return the kind, the envelope and the payloads of a frame whose lengths add up."""
    try:
        magic, protocol, kind, envelope_size, count = PREFIX.unpack_from(frame)
    except StructError:
        raise BadFrame(f"{len(frame)} bytes are too few for a frame") from None
    if magic != MAGIC:
        raise BadFrame(f"a frame begins with {MAGIC!r}, not with {magic!r}")
    if protocol != PROTOCOL:
        raise ProtocolMismatch(
            f"the peer speaks protocol {protocol}, this is protocol {PROTOCOL}: install the same version of fastworker"
        )
    if kind >= len(MESSAGES):
        raise BadFrame(f"no message has the kind {kind}")
    start = PREFIX.size + 4 * count
    if start + envelope_size > len(frame):
        raise BadFrame(f"a frame of {len(frame)} bytes announces more than it holds")
    sizes = _sizes(count).unpack_from(frame, PREFIX.size)
    ends = list(accumulate(sizes, initial=start + envelope_size))
    if ends[-1] != len(frame):
        raise BadFrame(f"a frame of {len(frame)} bytes announces {ends[-1]}")
    payloads = [frame[begin:end] for begin, end in pairwise(ends)]
    return MESSAGES[kind], frame[start : start + envelope_size], payloads


@lru_cache(maxsize=1024)  # a batch has at most 512
def _sizes(count: int) -> Struct:
    """Return the format of the sizes of so many payloads."""
    return Struct(f">{count}I")


def _first_problem(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return bounded(f"{place}: {problem['msg']}" if place else problem["msg"], PROBLEM_CHARACTERS)


def _adapter(kind: type[Message]) -> TypeAdapter[Any]:
    adapter = _ADAPTERS.get(kind)
    if adapter is None:
        adapter = _ADAPTERS[kind] = TypeAdapter(kind)
    return adapter


def _serializer(kind: type[Message]) -> SchemaSerializer:
    serializer = _SERIALIZERS.get(kind)
    if serializer is None:
        serializer = _SERIALIZERS[kind] = SchemaSerializer(_with_text_enums(_adapter(kind).core_schema))
    return serializer


def _validator(kind: type[Message]) -> SchemaValidator:
    validator = _VALIDATORS.get(kind)
    if validator is None:
        validator = _VALIDATORS[kind] = SchemaValidator(_failing_fast(_adapter(kind).core_schema))
    return validator


def _failing_fast(schema: Any) -> Any:
    """Return a schema that refuses lists and objects at the first wrong entry: collecting 12 MB took 11 GB."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(_failing_fast, schema))
    if not isinstance(schema, dict):
        return schema
    strict = {key: _failing_fast(part) for key, part in schema.items()}
    return strict | {"fail_fast": True} if schema.get("type") in ("list", "dict") else strict


def _with_text_enums(schema: Any) -> Any:
    """Return a schema that writes members of a `StrEnum` as the texts they are: pydantic asks Python for each value."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(_with_text_enums, schema))
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "enum" and schema.get("sub_type") == "str":
        return {"type": "str"} | {key: schema[key] for key in ("ref",) if key in schema}
    return {key: _with_text_enums(part) for key, part in schema.items()}
