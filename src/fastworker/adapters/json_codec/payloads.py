"""Payloads: arguments and results as JSON, typed by the function's annotations.

Arguments travel as one JSON object by parameter name, and are checked in one pass. A caller that does not have the
function cannot know the names: its positional arguments travel as a list under the empty name, beside its keyword
arguments, and the worker sorts them into the parameters.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, get_type_hints, override

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from fastworker.application.messages import PAYLOAD_BYTES
from fastworker.application.ports.codec import PayloadCodec, SignatureCodec
from fastworker.domain.errors import (
    InvalidArguments,
    InvalidResult,
    InvalidTaskModule,
    NotEncodable,
    PayloadTooLarge,
)
from fastworker.domain.text import bounded

from .parameters import Parameters
from .typed_json import TypedJson
from .unencodable import describe_unencodable, holds_iterator, refuse_iterators

UNNAMED = ""
_UNNAMED_PREFIX = b'{"":'
_NOTHING = b"{}"
_NULL = b"null"

type Places = list[tuple[str, Any]]


class JsonPayloadCodec(PayloadCodec):
    """One codec per process; each signature is read once."""

    def __init__(self) -> None:
        self._signatures: dict[Callable[..., Any], JsonSignatureCodec] = {}

    @override
    def signature(self, function: Callable[..., Any]) -> SignatureCodec:
        codec = self._signatures.get(function)
        if codec is None:
            codec = self._signatures[function] = JsonSignatureCodec(function)
        return codec

    @override
    def encode_arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
        if not args and not kwargs:
            return _NOTHING
        places = _places(args, kwargs)
        refuse_iterators(places)
        return _encoded(_plain_json, {UNNAMED: args, **kwargs}, places, "the arguments")

    @override
    def decode_arguments(self, payload: bytes) -> dict[str, Any]:
        try:
            arguments = from_json(payload)
        except ValueError as error:
            raise InvalidArguments(f"the arguments cannot be read: {error}") from error
        if not isinstance(arguments, dict):
            raise InvalidArguments(f"the arguments are no object by name, but {_kind(arguments)}")
        return arguments

    @override
    def decode_result(self, payload: bytes) -> Any:
        try:
            return from_json(payload)
        except ValueError as error:
            raise InvalidResult(f"the result cannot be read: {error}") from error


class JsonSignatureCodec(SignatureCodec):
    """Arguments and result of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = getattr(function, "__name__", repr(function))
        self._parameters = Parameters(self._name, inspect.signature(function).parameters)
        try:
            hints = get_type_hints(function, include_extras=True)
            self._arguments = TypedJson(self._parameters.typed_dict(hints))
            self._result = TypedJson(hints.get("return", Any))
        except Exception as error:  # whatever evaluating the user's annotations raises
            raise InvalidTaskModule(
                f"the annotations of {self._name}() cannot be read: {type(error).__name__}: {error}"
            ) from error

    @override
    def encode_arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
        if not args and not kwargs and self._parameters.need_nothing:
            return _NOTHING
        checked = self._check(self._arguments.check, self._parameters.by_name(args, kwargs))
        places = _places(args, kwargs)
        if holds_iterator(checked.items()):  # one that an annotation turned into a list is none any more
            refuse_iterators(places)
        return _encoded(self._arguments.encode, checked, places, f"the arguments of {self._name}()")

    @override
    def decode_arguments(self, payload: bytes) -> tuple[Sequence[Any], Mapping[str, Any]]:
        if payload == _NOTHING and self._parameters.need_nothing:
            return (), {}
        if payload.startswith(_UNNAMED_PREFIX):
            payload = _plain_json(self._parameters.by_name(*self._unnamed(payload)))
        return self._parameters.as_called(self._check(self._arguments.decode, payload))

    @override
    def encode_result(self, value: Any) -> bytes:
        if value is None:
            return _NULL
        places = [("result", value)]
        refuse_iterators(places)
        return _encoded(self._result.encode, value, places, f"the result of {self._name}()")

    @override
    def decode_result(self, payload: bytes) -> Any:
        try:
            return self._result.decode(payload)
        except (ValidationError, RecursionError) as error:
            raise InvalidResult(f"{self._name}() returned what its annotation does not allow: {_say(error)}") from error

    @override
    def parameters_schema(self) -> dict[str, Any]:
        schema = self._arguments.json_schema()
        for name, value in self._parameters.defaults.items():
            with suppress(Exception):  # a default that has no JSON form is not told
                schema["properties"][name]["default"] = from_json(_plain_json(value))
        return schema

    def _unnamed(self, payload: bytes) -> tuple[list[Any], dict[str, Any]]:
        try:
            call = from_json(payload)
        except ValueError as error:
            raise InvalidArguments(f"the arguments of {self._name}() cannot be read: {error}") from error
        args = call.pop(UNNAMED)
        if not isinstance(args, list):
            raise InvalidArguments(f"the arguments of {self._name}() without names are no list, but {_kind(args)}")
        return args, call

    def _check(self, check: Callable[[Any], Any], value: Any) -> dict[str, Any]:
        try:
            named: dict[str, Any] = check(value)
        except (ValidationError, RecursionError) as error:
            raise InvalidArguments(f"{self._name}() cannot be called like this: {_say(error)}") from error
        return named


def _encoded(encode: Callable[[Any], bytes], value: Any, places: Places, what: str) -> bytes:
    try:
        payload = encode(value)
    except Exception as error:  # looking at a user's object may raise anything
        raise NotEncodable(describe_unencodable(places, error)) from error
    if len(payload) > PAYLOAD_BYTES:
        raise PayloadTooLarge(
            f"{what} take {len(payload):,} bytes as JSON, the limit is {PAYLOAD_BYTES:,}: "
            "put large data into a file or a store, and pass its path or key"
        )
    return payload


def _plain_json(value: Any) -> bytes:
    return to_json(value, by_alias=True, bytes_mode="base64", inf_nan_mode="constants")


def _places(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Places:
    return [(f"args[{index}]", value) for index, value in enumerate(args)] + list(kwargs.items())


def _say(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    problems = error.errors(include_url=False)
    said = []
    for problem in problems[:3]:
        place = ".".join(str(part) for part in problem["loc"]) or "value"
        met = "" if problem["type"] == "missing" else f" (was {_kind(problem['input'])})"
        said.append(f"{place}: {problem['msg']}{met}")
    more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
    return bounded("; ".join(said) + more, 1_000)


def _kind(value: Any) -> str:
    """Return the type of what was met. Its text stays unsaid: errors are shown to whom arguments are hidden from."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
