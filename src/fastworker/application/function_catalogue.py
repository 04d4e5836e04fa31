"""The task functions that can be submitted, for people: what each takes, where it runs, how it does.

A function of the control plane's own task modules is known whole. One that only workers have is known by its name
and its terms: its arguments are taken as JSON, and the worker checks them.
"""

import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastworker.domain.errors import FastWorkerError, InvalidArguments, unknown_task_name
from fastworker.domain.ledger import Ledger
from fastworker.domain.pause import Pause
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import NO_TERMS, Terms
from fastworker.domain.text import bounded, text_of

from .limits import LONGEST_ID
from .observatory.durations import Spread
from .observatory.function_tallies import FunctionTallies
from .ports.codec import PayloadCodec, SignatureCodec
from .task_function import Isolation, TaskFunction
from .task_registry import TaskRegistry

SIGNATURE_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the code of a task function says; `signature` is as Python writes it, `doc` its docstring."""

    module: str
    doc: str
    signature: str
    priority: TaskPriority
    isolation: Isolation
    is_async: bool


@dataclass(frozen=True, slots=True)
class FunctionView:
    """A task function; `declaration` is None when only workers have it.

    `terms` are those that hold for new tasks. `queued` and `running` are of now, `succeeded`, `failed` (tasks) and
    `retried` (attempts) since the start, `ended_per_second` (attempts) of the last minute, `run` of the last five to
    ten minutes.
    """

    name: str
    declaration: Declaration | None
    terms: Terms
    workers: list[str]
    queued: int
    running: int
    succeeded: int
    failed: int
    retried: int
    ended_per_second: float
    run: Spread
    pause: Pause | None


class FunctionCatalogue:
    """What the registry of the control plane, its ledger and its workers know together."""

    def __init__(
        self, registry: TaskRegistry, ledger: Ledger, tallies: FunctionTallies, *, codec: PayloadCodec
    ) -> None:
        self._here = {function.name: function for function in registry}
        self._declarations: dict[str, Declaration] = {}  # made once each, when somebody wants to see it
        self._ledger = ledger
        self._tallies = tallies
        self._codec = codec

    @property
    def names(self) -> list[str]:
        """The names of all task functions, sorted."""
        return sorted(self._ledger.names)

    def some(self, names: Sequence[str], *, now: float) -> list[FunctionView]:
        """Return the task functions of these names, which are known, in this order."""
        return self._views(names, now)

    def get(self, name: str, *, now: float) -> FunctionView:
        """Return one; raises `UnknownTask`, with near names."""
        self._check(name)
        return self._views([name], now)[0]

    def parameters(self, name: str) -> dict[str, Any] | None:
        """Return the JSON Schema of a function's arguments by name; None when only workers have it.

        Raises:
            UnknownTask: there is none of that name.
            InvalidTaskModule: its annotations cannot be read.
        """
        self._check(name)
        function = self._here.get(name)
        return None if function is None else self._signature(function).parameters_schema()

    def positional_names(self, name: str) -> list[str] | None:
        """Return the names of the parameters that take arguments without a name; None when only workers know them."""
        function = self._here.get(name)
        if function is None:
            return None
        parameters = inspect.signature(function.function).parameters.values()
        return [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]

    def payload(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
        """Return the payload of a call that came as JSON; of a function that is here, checked and typed.

        Raises:
            UnknownTask: there is no function of that name.
            InvalidArguments: the arguments do not fit the parameters.
            PayloadTooLarge: they exceed the limit.
        """
        self._check(name)
        payload = self._codec.encode_arguments(args, kwargs)
        function = self._here.get(name)
        if function is None:
            return payload
        signature = self._signature(function)
        try:
            return signature.encode_arguments(*signature.decode_arguments(payload))
        except FastWorkerError:
            raise
        except Exception as error:  # whatever a validator of the user's own raises
            text = f"{name}() cannot be called like this: {type(error).__name__}: {bounded(text_of(error), 1_000)}"
            raise InvalidArguments(text) from error

    def _check(self, name: str) -> None:
        if name not in self._ledger.names:
            raise unknown_task_name(bounded(name, LONGEST_ID), sorted(self._ledger.names))

    def _signature(self, function: TaskFunction[..., Any, Any]) -> SignatureCodec:
        return self._codec.signature(function.function)

    def _views(self, names: Sequence[str], now: float) -> list[FunctionView]:
        ledger = self._ledger
        queued = ledger.queue.depths_by_name()
        workers: dict[str, list[str]] = {name: [] for name in names}
        running: Counter[str] = Counter()
        for worker in ledger.workers:
            running.update(task.submission.name for task in worker.leased.values())
            for name in worker.card.names & workers.keys():
                workers[name].append(worker.card.worker_id)
        return [self._view(name, workers[name], queued.get(name, 0), running[name], now) for name in names]

    def _view(self, name: str, workers: list[str], queued: int, running: int, now: float) -> FunctionView:
        tally = self._tallies.of(name, now)
        return FunctionView(
            name,
            self._declaration(name),
            self._ledger.declared.get(name, NO_TERMS),
            sorted(workers),
            queued,
            running,
            tally.succeeded,
            tally.failed,
            tally.retried,
            tally.ended.per_second(now=now),
            tally.runs(now=now),
            self._ledger.pauses.functions.get(name),
        )

    def _declaration(self, name: str) -> Declaration | None:
        function = self._here.get(name)
        if function is None:
            return None
        if name not in self._declarations:
            self._declarations[name] = _declaration_of(function)
        return self._declarations[name]


def _declaration_of(function: TaskFunction[..., Any, Any]) -> Declaration:
    code = function.function
    return Declaration(
        code.__module__,
        inspect.getdoc(code) or "",
        _signature_text(inspect.signature(code)),
        function.priority,
        function.isolation,
        function.is_async,
    )


def _signature_text(signature: inspect.Signature) -> str:
    """Return a signature as Python writes it; the names alone where a default value cannot be written."""
    try:
        text = str(signature)
    except Exception:  # whatever a `__repr__` of the user's own raises
        text = f"({', '.join(signature.parameters)})"
    return bounded(text, SIGNATURE_CHARACTERS)
