"""Payloads: arguments and results as JSON, typed by the function's annotations. Bytes are base64.

Arguments travel as one JSON object by parameter name, and are checked in one pass. A caller that does not have the
function cannot know the names: its positional arguments travel as a list under the empty name, beside its keyword
arguments, and the worker sorts them into the parameters.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, get_type_hints, override

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError, with_config
from pydantic_core import PydanticSerializationError, from_json, to_json

from fastworker.application.messages import PAYLOAD_BYTES
from fastworker.application.ports.codec import PayloadCodec, SignatureCodec
from fastworker.domain.errors import InvalidArguments, InvalidResult, InvalidTaskModule, NotEncodable, PayloadTooLarge

from .unencodable import describe_unencodable, refuse_iterators

UNNAMED = ""
_UNNAMED_PREFIX = b'{"":'
_NOTHING = b"{}"
_NULL = b"null"
_CONFIG = ConfigDict(
    extra="forbid",
    arbitrary_types_allowed=True,
    ser_json_bytes="base64",
    val_json_bytes="base64",
    ser_json_inf_nan="constants",
)
_KIND = inspect.Parameter


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
        refuse_iterators(_places(args, kwargs))
        try:
            return _limited(_plain_json({UNNAMED: args, **kwargs}), "the arguments")
        except _ENCODING_ERRORS as error:
            raise NotEncodable(describe_unencodable(_places(args, kwargs), error)) from error

    @override
    def decode_result(self, payload: bytes) -> Any:
        return from_json(payload)


class JsonSignatureCodec(SignatureCodec):
    """Arguments and result of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = getattr(function, "__name__", repr(function))
        self._parameters = inspect.signature(function).parameters
        hints = _hints(function)
        self._positional = [p.name for p in self._parameters.values() if p.kind in _POSITIONAL]
        self._keyword_only = [p.name for p in self._parameters.values() if p.kind is _KIND.KEYWORD_ONLY]
        self._rest = self._name_of(_KIND.VAR_POSITIONAL)
        self._extra = self._name_of(_KIND.VAR_KEYWORD)
        self._by_keyword = not self._rest and not self._extra and not self._name_of(_KIND.POSITIONAL_ONLY)
        self._needs_nothing = all(p.default is not _KIND.empty for p in self._parameters.values())
        try:
            self._arguments = _arguments_adapter(self._parameters, hints)
            self._result = _adapter(hints.get("return", Any))
        except (PydanticUserError, TypeError) as error:
            raise _unreadable(self._name, error) from error

    @override
    def encode_arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
        if not args and not kwargs and self._needs_nothing:
            return _NOTHING
        checked = self._check(lambda: self._arguments.validate_python(self._by_name(args, kwargs)))
        refuse_iterators(checked.items())
        try:
            payload = self._arguments.dump_json(checked, by_alias=True, warnings=False)
        except _ENCODING_ERRORS as error:
            raise NotEncodable(describe_unencodable(_places(args, kwargs), error)) from error
        return _limited(payload, f"the arguments of {self._name}()")

    @override
    def decode_arguments(self, payload: bytes) -> tuple[Sequence[Any], Mapping[str, Any]]:
        if payload == _NOTHING and self._needs_nothing:
            return (), {}
        if payload.startswith(_UNNAMED_PREFIX):
            raw = from_json(payload)
            payload = _plain_json(self._by_name(raw.pop(UNNAMED), raw))
        named = self._check(lambda: self._arguments.validate_json(payload))
        return ((), named) if self._by_keyword else self._as_called(named)

    @override
    def encode_result(self, value: Any) -> bytes:
        if value is None:
            return _NULL
        refuse_iterators([("result", value)])
        try:
            payload = self._result.dump_json(value, by_alias=True, warnings=False)
        except _ENCODING_ERRORS as error:
            raise NotEncodable(describe_unencodable([("result", value)], error)) from error
        return _limited(payload, f"the result of {self._name}()")

    @override
    def decode_result(self, payload: bytes) -> Any:
        try:
            return self._result.validate_json(payload)
        except ValidationError as error:
            raise InvalidResult(f"{self._name}() returned what its annotation does not allow: {_say(error)}") from error

    def _name_of(self, kind: Any) -> str | None:
        return next((p.name for p in self._parameters.values() if p.kind is kind), None)

    def _by_name(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Sort a call's arguments into the parameters, as Python would."""
        named = dict(zip(self._positional, args, strict=False))
        if len(args) > len(self._positional):
            if self._rest is None:
                raise InvalidArguments(
                    f"{self._name}() takes {len(self._positional)} positional arguments, was given {len(args)}"
                )
            named[self._rest] = list(args[len(self._positional) :])
        for name, value in kwargs.items():
            if name in named:
                raise InvalidArguments(f"{self._name}() was given {name!r} twice, by position and by name")
            if self._extra is None or name in self._positional or name in self._keyword_only:
                named[name] = value
            else:
                named.setdefault(self._extra, {})[name] = value
        return named

    def _as_called(self, named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Turn arguments by name into a call; what stands behind a left-out positional parameter goes by name."""
        args: list[Any] = []
        for parameter in self._parameters.values():
            if parameter.kind in _POSITIONAL and parameter.name in named:
                args.append(named.pop(parameter.name))
            elif parameter.kind in _POSITIONAL:
                break
        if self._rest is not None:
            args.extend(named.pop(self._rest, ()))
        extra = named.pop(self._extra, {}) if self._extra is not None else {}
        return args, named | extra

    def _check(self, validate: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return validate()
        except ValidationError as error:
            raise InvalidArguments(f"{self._name}() cannot be called like this: {_say(error)}") from error


_POSITIONAL = (_KIND.POSITIONAL_ONLY, _KIND.POSITIONAL_OR_KEYWORD)
_ENCODING_ERRORS = (PydanticSerializationError, ValueError, TypeError, RecursionError)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except Exception as error:  # whatever evaluating the user's annotations raises
        raise _unreadable(getattr(function, "__name__", repr(function)), error) from error


def _unreadable(name: str, error: Exception) -> InvalidTaskModule:
    return InvalidTaskModule(f"the annotations of {name}() cannot be read: {type(error).__name__}: {error}")


def _arguments_adapter(parameters: Mapping[str, inspect.Parameter], hints: dict[str, Any]) -> TypeAdapter[Any]:
    fields: dict[str, Any] = {}
    for name, parameter in parameters.items():
        hint = hints.get(name, Any)
        if parameter.kind is _KIND.VAR_POSITIONAL:
            fields[name] = NotRequired[list[hint]]  # type: ignore[valid-type]
        elif parameter.kind is _KIND.VAR_KEYWORD:
            fields[name] = NotRequired[dict[str, hint]]  # type: ignore[valid-type]
        else:
            fields[name] = hint if parameter.default is _KIND.empty else NotRequired[hint]
    arguments = TypedDict("Arguments", fields)  # type: ignore[misc] # the fields are known at run time only
    return TypeAdapter(with_config(_CONFIG)(arguments))


def _adapter(hint: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(hint, config=_CONFIG)
    except PydanticUserError:  # models and dataclasses bring a configuration of their own
        return TypeAdapter(hint)


def _plain_json(value: Any) -> bytes:
    return to_json(value, by_alias=True, bytes_mode="base64", inf_nan_mode="constants")


def _limited(payload: bytes, what: str) -> bytes:
    if len(payload) > PAYLOAD_BYTES:
        raise PayloadTooLarge(
            f"{what} take {len(payload):,} bytes as JSON, the limit is {PAYLOAD_BYTES:,}: "
            "put large data into a file or a store, and pass its path or key"
        )
    return payload


def _places(args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(f"args[{index}]", value) for index, value in enumerate(args)] + list(kwargs.items())


def _say(error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    said = []
    for problem in problems[:3]:
        place = ".".join(str(part) for part in problem["loc"]) or "value"
        met = "" if problem["type"] == "missing" else f" (was {_short(problem['input'])})"
        said.append(f"{place}: {problem['msg']}{met}")
    more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
    return "; ".join(said) + more


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."
