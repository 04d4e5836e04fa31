"""JSON Schemas for forms: bytes as we write them, and whatever JSON Schema has no word for as anything.

Imported when the first schema is asked for: a worker never does.
"""

from typing import Any, override

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue


class LenientJsonSchema(GenerateJsonSchema):
    """Never fails, and names things as the code does."""

    @override
    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        return {}

    @override
    def bytes_schema(self, schema: Any) -> JsonSchemaValue:
        return {"type": "string", "contentEncoding": "base64"}

    @override
    def get_title_from_name(self, name: str) -> str:
        return name
