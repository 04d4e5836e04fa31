"""The OpenAPI document and what is made from it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft202012Validator, meta

from fastworker.adapters.dashboard.openapi import make_document
from fastworker.adapters.dashboard.resources.document import document_bytes
from fastworker.adapters.dashboard.typescript import make_types, type_of

from .served import a_dashboard

ROOT = Path(__file__).parents[4]
TYPES = ROOT / "ui" / "src" / "api" / "types.ts"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return make_document()


def test_the_document_that_is_served_is_what_the_models_say(document: dict[str, Any]) -> None:
    assert json.loads(document_bytes()) == document, "run scripts/dashboard-types"


@pytest.mark.skipif(not TYPES.parent.parent.is_dir(), reason="the page's sources are not here")
def test_the_types_of_the_page_are_what_the_models_say(document: dict[str, Any]) -> None:
    assert TYPES.read_text(encoding="utf-8") == make_types(document["components"]["schemas"]), (
        "run scripts/dashboard-types"
    )


def test_every_reference_leads_somewhere_and_every_schema_is_valid(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named <= set(schemas)
    for schema in schemas.values():
        meta.validate(schema)
        Draft202012Validator({**schema, "components": document["components"]})


def test_every_answer_has_a_schema_and_every_operation_its_problems(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            assert {"400", "401", "403", "404", "500"} <= set(responses), path
            for status, response in responses.items():
                if status != "204" and "$ref" not in response:
                    assert all(content["schema"] for content in response["content"].values()), path


def test_the_payloads_of_the_event_stream_are_named(document: dict[str, Any]) -> None:
    events = {name for name in document["components"]["schemas"] if name.endswith("Event")}
    assert {"HelloEvent", "ResetEvent", "OverviewEvent", "TasksEvent", "TaskEvent", "ByeEvent"} <= events


@pytest.mark.anyio
async def test_the_document_can_be_asked_for() -> None:
    async with a_dashboard() as served:
        assert (await served.get("/openapi.json")).json()["openapi"] == "3.1.0"
        as_yaml = await served.get("/openapi.yaml")
        assert as_yaml.headers["content-type"] == "application/vnd.oai.openapi;version=3.1"
        assert yaml.safe_load(as_yaml.text) == json.loads(document_bytes())


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"$ref": "#/components/schemas/Task"}, "Task"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string | null"),
        ({"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "null"}]}}, "(number | null)[]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "Record<string, number>"),
        ({"type": "object", "additionalProperties": True}, "Record<string, unknown>"),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"const": "tasks", "type": "string"}, '"tasks"'),
        ({"type": "boolean"}, "boolean"),
        ({}, "unknown"),
    ],
)
def test_a_schema_becomes_a_type(schema: dict[str, Any], expected: str) -> None:
    assert type_of(schema) == expected
