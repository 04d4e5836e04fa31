"""Values of one type as JSON, and back."""

from typing import Any

from pydantic import ConfigDict, PydanticUserError, TypeAdapter
from pydantic_core import CoreConfig, SchemaSerializer, SchemaValidator

_SCHEMA_CONFIG = ConfigDict(arbitrary_types_allowed=True)
_CORE_CONFIG = CoreConfig(ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants")


class TypedJson:
    """Bytes are base64, and NaN stays NaN, in whatever the type is made of: pydantic's own default loses both.

    A pydantic model brings rules of its own, and keeps them: everybody else who reads it as JSON expects them.
    """

    def __init__(self, hint: Any) -> None:
        self._hint = hint
        configured = _with_config(_core_schema(hint))
        self._validator = SchemaValidator(configured, _CORE_CONFIG)
        self._serializer = SchemaSerializer(configured, _CORE_CONFIG)

    def check(self, value: Any) -> Any:
        """Return a value converted to the type; raises pydantic's `ValidationError`."""
        return self._validator.validate_python(value)

    def encode(self, value: Any) -> bytes:
        """Return the JSON of a value; raises whatever a value without a JSON form raises."""
        return self._serializer.to_json(value, by_alias=True, warnings=False)

    def decode(self, payload: bytes) -> Any:
        """Return the value in some JSON; raises pydantic's `ValidationError`."""
        return self._validator.validate_json(payload)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what `decode` takes; made anew each time, for few ever ask."""
        from .json_schema import LenientJsonSchema

        return LenientJsonSchema().generate(_core_schema(self._hint), "validation")


def _core_schema(hint: Any) -> Any:
    try:
        return TypeAdapter(hint, config=_SCHEMA_CONFIG).core_schema
    except PydanticUserError:  # a model, dataclass or TypedDict takes no configuration from outside
        return TypeAdapter(hint).core_schema


def _with_config(schema: Any) -> Any:
    """Return a core schema in which dataclasses and typed dicts have our rules; models are left as they are."""
    if isinstance(schema, list | tuple):
        return type(schema)(_with_config(part) for part in schema)
    if not isinstance(schema, dict) or schema.get("type") == "model":
        return schema
    configured = {key: _with_config(part) for key, part in schema.items()}
    if schema.get("type") in ("dataclass", "typed-dict"):
        configured["config"] = {**_CORE_CONFIG, **(schema.get("config") or {})}
    return configured
