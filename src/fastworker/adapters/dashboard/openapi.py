"""The OpenAPI document: made from the routes, with the schemas that pydantic gives for the models.

Made when FastWorker is built and not when it runs: making it takes a while, and never changes. The payloads of the
event stream have no route that names them, so they are added here.
"""

from typing import Any

from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.plugins.pydantic import PydanticPlugin
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .app import API, API_HANDLERS
from .models import event, problem, submission, system
from .models.record import Body, Record
from .problems import MEDIA_TYPE
from .resources import health, metrics

REF = "#/components/schemas/{model}"
DESCRIPTION = """The JSON API of a FastWorker control plane.

Errors are problem details (RFC 9457). A query parameter that an operation does not
have is refused (400). Lists are pages with opaque cursors. Answers to GET have a weak ETag. Without a
session, send a token as `Authorization: Bearer TOKEN`; what changes something must come from the same origin."""
RAW = ("get_arguments", "get_result")
PROBLEM = "#/components/responses/Problem"
TITLE, VERSION = "FastWorker", "1"


def make_document() -> dict[str, Any]:
    """Return the document."""
    app = Litestar(
        [Router(API, route_handlers=API_HANDLERS), *health.HANDLERS, *metrics.HANDLERS],
        dependencies={"parts": _nothing},
        plugins=[PydanticPlugin(prefer_alias=True)],
        openapi_config=OpenAPIConfig(TITLE, VERSION, description=DESCRIPTION, use_handler_docstrings=True),
        logging_config=None,
    )
    document = app.openapi_schema.to_schema()
    document["openapi"] = "3.1.0"
    document["servers"] = [{"url": "/"}]
    document["components"] = {
        "schemas": dict(sorted(schemas().items())),
        "responses": {"Problem": _problem_response()},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    document["security"] = [{"token": []}, {}]
    for operations in document["paths"].values():
        for operation in operations.values():
            _finish(operation)
    return document


def _problem_response() -> dict[str, Any]:
    schema = {"$ref": REF.format(model="Problem")}
    return {"description": "What went wrong.", "content": {MEDIA_TYPE: {"schema": schema}}}


async def _nothing() -> None:
    """Stand in for the parts, which the document does not need."""


def schemas() -> dict[str, Any]:
    """Return the schemas of all models by name."""
    bodies = [(model, "validation") for model in _models(Body)]
    records = [(model, "serialization") for model in _models(Record)]
    _, found = models_json_schema([*bodies, *records], ref_template=REF)  # type: ignore[list-item]
    return dict(found["$defs"])


def _models(root: type[BaseModel]) -> list[type[BaseModel]]:
    """Return the models below one, without those that are only shapes for others."""
    found: list[type[BaseModel]] = []
    for model in root.__subclasses__():
        generic = model.__pydantic_generic_metadata__
        if model.model_fields and not generic["parameters"] and not generic["origin"]:
            found.append(model)
        found += _models(model)
    return found


def _finish(operation: dict[str, Any]) -> None:
    """Say what the framework cannot know, and leave out what says nothing."""
    name = operation["operationId"]
    operation["summary"] = name.replace("_", " ").capitalize()
    operation["parameters"] = [_parameter(parameter) for parameter in operation.get("parameters", ())]
    operation["responses"] = {
        status: {"$ref": PROBLEM} if MEDIA_TYPE in response.get("content", {}) else _response(status, response)
        for status, response in sorted(operation["responses"].items())
    }
    if name in BODIES:
        schema = {"$ref": REF.format(model=BODIES[name])}
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
    answer = operation["responses"].get("200", {})
    if name in CONTENTS:
        answer["content"] = answer.get("content", {}) if name in RAW else {}
        answer["content"] |= CONTENTS[name]


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter; that it may be left out is said by `required`, for nobody can send null."""
    schema = parameter["schema"]
    schema.pop("description", None)
    either = schema.pop("oneOf", [])
    for option in either:
        if option != {"type": "null"}:
            schema |= option
    kept = ("name", "in", "description", "required", "schema")
    return {key: parameter[key] for key in kept if key in parameter}


def _response(status: str, response: dict[str, Any]) -> dict[str, Any]:
    response.pop("headers", None)
    if status == "204":
        response.pop("content", None)
    return response


TEXT = {"schema": {"type": "string"}}
CONTENTS: dict[str, dict[str, Any]] = {
    "stream_events": {
        "text/event-stream": TEXT,
        "application/json": {"schema": {"$ref": REF.format(model="EventList")}},
    },
    "get_arguments": {"text/plain": TEXT},
    "get_result": {"text/plain": TEXT},
    "get_metrics": {"text/plain": TEXT},
    "get_document": {"application/vnd.oai.openapi+json": {"schema": {"type": "object"}}},
    "get_document_as_yaml": {"application/vnd.oai.openapi": TEXT},
    "export_tasks": {"application/x-ndjson": TEXT, "text/csv": TEXT},
}
"""Media types of answers beside JSON records."""

BODIES = {"submit_task": "TaskSubmission", "rerun_task": "TaskSubmission"}
"""Bodies that the handlers read themselves, because they may be large."""

NAMED = (event, problem, submission, system)
"""Their models are found because these modules are loaded."""
