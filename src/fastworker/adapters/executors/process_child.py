"""The child process that runs `@task(isolation="process")` functions, one attempt at a time, in its main thread.

Started by `ProcessExecutor` as `python -m`: arguments are the number of its socket and the id of its worker's process.
"""

import importlib
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastworker.application.execution import Execution, error_record
from fastworker.application.failure_locals import LocalsReader, ReadLocals
from fastworker.application.ports.codec import PayloadCodec
from fastworker.application.ports.tracing import FindTracing, RunSpan
from fastworker.application.task_function import TaskFunction
from fastworker.application.task_logs import log_to_stderr
from fastworker.domain.errors import InvalidTaskModule
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Outcome
from fastworker.domain.terms import Terms

from .child_limits import (
    after_its_time,
    be_the_first_to_go,
    die_with,
    outlive_signals,
    perform_in_time,
    resident_bytes,
)
from .parent_link import ParentLink
from .process_frames import Header, outcome_header
from .surroundings import entered, shows_locals


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all attempts of this process have in common."""

    link: ParentLink
    codec: PayloadCodec
    find_tracing: FindTracing
    read_locals: ReadLocals | None


def main(descriptor: int, worker_pid: int) -> None:
    """Run what the worker sends, until it sends no more."""
    die_with(worker_pid)
    be_the_first_to_go()
    outlive_signals()
    link = ParentLink(descriptor)
    frames = link.frames()
    hello, _ = next(frames, (None, b""))
    if hello is None:
        return
    codec, surroundings = _settle(hello), hello["surroundings"]
    with entered(surroundings) as find_tracing:
        reader = after_its_time(LocalsReader(time.monotonic)) if shows_locals(surroundings) else None
        bench = _Bench(link, codec, find_tracing, reader)
        link.send({"kind": "ready"})
        for header, payload in frames:
            outcome = _run(bench, header, payload)
            _flush()
            link.send(outcome_header(outcome, resident_bytes=resident_bytes()), outcome.payload)


@cache
def find_function(module: str, name: str) -> TaskFunction[..., Any, Any]:
    """Return a task function by the module that defines it.

    Raises:
        InvalidTaskModule: it cannot be found there.
    """
    if module == "__main__":
        raise InvalidTaskModule(
            f"task {name!r} is defined in the program that was started; a task with isolation='process' must be in a "
            "module that its child process can import"
        )
    for value in vars(importlib.import_module(module)).values():
        if isinstance(value, TaskFunction) and value.name == name and value.function.__module__ == module:
            return value
    raise InvalidTaskModule(
        f"module {module!r} has no task {name!r} at its top level; that is where a child process looks for it "
        "(a task with isolation='process' cannot be defined inside a function)"
    )


def _settle(hello: Header) -> PayloadCodec:
    """Make this process resemble its worker, and return the codec of its payloads."""
    sys.path[:] = hello["path"]
    for stream in (sys.stdout, sys.stderr):  # what a task prints is seen at once, also when it is killed then
        with suppress(AttributeError):
            stream.reconfigure(line_buffering=True)  # type: ignore[union-attr] # an odd stream may lack it
    log_to_stderr(hello["log_level"])
    module, _, name = hello["codec"].partition(":")
    codec = getattr(importlib.import_module(module), name)()
    assert isinstance(codec, PayloadCodec)
    return codec


def _run(bench: _Bench, header: Header, payload: bytes) -> Outcome:
    module = header["module"]
    is_new = module not in sys.modules
    try:
        function = find_function(module, header["name"])
        signature = bench.codec.signature(function.function)
    except BaseException as error:  # whatever importing the user's module raises
        return Outcome(TaskStatus.FAILURE, error=error_record(error))
    if is_new:
        bench.link.send({"kind": "begun"})
    execution = Execution(
        header["task_id"],
        header["attempt"],
        header["token"],
        function,
        signature,
        payload,
        time.monotonic,
        TaskPriority(header["priority"]),
        _terms(header["terms"]),
        header["start_by"],
        bench.read_locals,
        announce=bench.link.announce,
        span=_span(bench.find_tracing, header["trace"], header["spans"]),
    )
    return perform_in_time(execution)


def _span(find_tracing: FindTracing, trace: list[tuple[str, str]] | None, spans: int) -> RunSpan | None:
    """Return the span that the worker began: what the task does is below it, also what it submits."""
    if trace is None or (tracing := find_tracing()) is None:
        return None
    return tracing.going_on(tuple((name, value) for name, value in trace), spans=spans)


def _terms(fields: dict[str, Any]) -> Terms:
    """Return what ends an attempt, and what its failure means; the rest is the control plane's concern."""
    retry_on, never_on = fields["retry_on"], fields["never_on"]
    return Terms(
        timeout_seconds=fields["timeout_seconds"],
        retry_on=None if retry_on is None else tuple(retry_on),
        never_on=None if never_on is None else tuple(never_on),
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a task may have closed or replaced it
            stream.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
