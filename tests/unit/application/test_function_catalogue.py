"""The task functions as people see them."""

import json
from datetime import datetime
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.function_catalogue import Declaration, FunctionCatalogue
from fastworker.application.task_function import task
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.action import Actor
from fastworker.domain.errors import InvalidArguments, UnknownTask
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import NO_TERMS, Terms

from ...builders import a_failure, a_submission, an_outcome
from .observatory.observed import ObservedCoordinator


def refuse(value: int) -> int:
    raise ZeroDivisionError("never mind")


@task(priority="high", retries=2)
def echo(value: int, at: datetime | None = None, *rest: str) -> int:
    """Return what was given.

    At once.
    """
    return value


@task
def fragile(value: Annotated[int, AfterValidator(refuse)]) -> int:
    return value


class Unwritable:
    tries = 0

    def __repr__(self) -> str:
        Unwritable.tries += 1
        raise ZeroDivisionError("never mind")


@task
def odd(value: int = 1, size: Any = Unwritable()) -> int:  # noqa: B008 - the same for all calls is meant
    return value


@task
def long(value: str = "x" * 100_000) -> str:
    return value


class Plane(ObservedCoordinator):
    """It has `echo` itself; `add` is known by workers only."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger.names.update(["fragile", "odd", "long"])
        Unwritable.tries = 0
        self.catalogue = FunctionCatalogue(
            TaskRegistry([echo, fragile, odd, long]), self.ledger, self.observatory.functions, codec=JsonPayloadCodec()
        )

    def get(self, name):
        return self.catalogue.get(name, now=self.now)

    def payload(self, name, *args, **kwargs):
        return json.loads(self.catalogue.payload(name, args, kwargs))


def test_a_function_of_the_own_modules_is_known_whole():
    shown = Plane().get("echo")

    assert shown.declaration == Declaration(
        module=__name__,
        doc="Return what was given.\n\nAt once.",
        signature="(value: int, at: datetime.datetime | None = None, *rest: str) -> int",
        priority=TaskPriority.HIGH,
        isolation=None,
        is_async=False,
    )


def test_a_default_value_that_cannot_be_written_leaves_the_names():
    assert Plane().get("odd").declaration.signature == "(value, size)"


def test_a_default_value_that_is_long_to_write_is_cut():
    assert len(Plane().get("long").declaration.signature) < 5_000


def test_a_declaration_is_made_once():
    plane = Plane()
    odd = plane.get("odd").declaration
    plane.catalogue.some(plane.catalogue.names, now=plane.now)

    assert plane.get("odd").declaration is odd
    assert Unwritable.tries == 1


def test_a_function_that_only_workers_have_is_known_by_name_and_terms():
    plane = Plane()
    plane.join(names=("add",), declared={"add": Terms(retries=7)})
    shown = plane.get("add")

    assert (shown.declaration, shown.terms, shown.workers) == (None, Terms(retries=7), ["worker"])
    assert plane.catalogue.parameters("add") is None
    assert plane.payload("add", 1, b=2) == {"": [1], "b": 2}


def test_a_function_without_docstring_has_an_empty_one():
    shown = Plane().get("fragile")

    assert (shown.declaration.doc, shown.terms) == ("", NO_TERMS)


def test_a_function_shows_how_it_does():
    plane = Plane()
    plane.join(slots=3)
    plane.accepted(*(a_submission() for _ in range(7)))
    first, second, _ = plane.poll_all()
    plane.report(first, an_outcome(run_seconds=2.0))
    plane.report(second, a_failure())
    plane.tick_history(1.0)
    pause = plane.coordinator.steering.pause_function(Actor("ann", "admin", ""), "echo", now=plane.now)
    shown = plane.get("echo")

    assert (shown.queued, shown.running, shown.succeeded, shown.failed, shown.retried) == (2, 3, 1, 1, 0)
    assert (shown.run.count, shown.run.longest, shown.pause) == (2, 2.0, pause)


def test_functions_are_named_in_order_and_only_those_that_are_asked_for_are_made():
    plane = Plane()

    assert plane.catalogue.names == ["add", "echo", "fragile", "long", "odd"]
    assert [shown.name for shown in plane.catalogue.some(["long", "add"], now=0.0)] == ["long", "add"]
    assert Unwritable.tries == 0


def test_the_parameters_that_take_arguments_without_a_name_are_told_where_they_are_known():
    catalogue = Plane().catalogue

    assert catalogue.positional_names("echo") == ["value", "at"]
    assert catalogue.positional_names("add") is None


def test_the_parameters_are_told_as_json_schema():
    assert Plane().catalogue.parameters("echo") == {
        "type": "object",
        "title": "Arguments",
        "additionalProperties": False,
        "required": ["value"],
        "properties": {
            "value": {"type": "integer", "title": "value"},
            "at": {
                "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
                "title": "at",
                "default": None,
            },
            "*rest": {"type": "array", "items": {"type": "string"}, "title": "*rest"},
        },
    }


def test_arguments_of_a_known_function_are_checked_and_typed():
    plane = Plane()

    assert plane.payload("echo", "7", "2026-01-01T00:00:00Z", "more") == {
        "value": 7,
        "at": "2026-01-01T00:00:00Z",
        "*rest": ["more"],
    }
    assert plane.payload("echo", value=8) == {"value": 8}


@pytest.mark.parametrize("arguments", [{}, {"value": "seven"}, {"value": 1, "other": 2}])
def test_arguments_that_do_not_fit_are_refused(arguments):
    with pytest.raises(InvalidArguments, match=r"echo\(\)"):
        Plane().payload("echo", **arguments)


def test_a_validator_that_breaks_refuses_the_arguments():
    with pytest.raises(InvalidArguments, match=r"fragile\(\) cannot .* ZeroDivisionError: never mind"):
        Plane().payload("fragile", 1)


def test_an_unknown_function_is_said_to_be_so():
    plane = Plane()
    for ask in (plane.get, plane.catalogue.parameters, plane.payload):
        with pytest.raises(UnknownTask, match="did you mean: echo"):
            ask("ecko")
