"""What was submitted, as tests ask for it: by function and arguments, whatever way they were passed."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, override

from fastworker.application.ports.codec import PayloadCodec
from fastworker.application.task_function import TaskFunction
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.errors import FastWorkerError, InvalidArguments, UnknownTask
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Submission

from .duration import shown
from .errors import NotSubmitted
from .found_tasks import AnyTask

MOST_SHOWN = 20
VALUE_CHARACTERS = 80

type Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Submitted:
    """One accepted submission; `arguments` holds all that its function will be called with, by name."""

    task_id: str
    name: str
    arguments: Arguments
    priority: TaskPriority
    delay_seconds: float = 0.0
    tags: tuple[str, ...] = ()

    @override
    def __str__(self) -> str:
        notes = [] if self.priority is TaskPriority.NORMAL else [self.priority.name.lower()]
        if self.delay_seconds:
            notes.append(f"delayed {shown(self.delay_seconds)}")
        notes += [f"tag {tag}" for tag in self.tags]
        return "   ".join([call_text(self.name, self.arguments), *notes])


class Submissions:
    """Reads what was accepted: the payloads that workers get, by the same codec."""

    def __init__(self, accepted: Sequence[Submission], registry: TaskRegistry, codec: PayloadCodec) -> None:
        self._accepted = accepted
        self._registry = registry
        self._codec = codec

    def all(self, function: AnyTask | str | None = None) -> list[Submitted]:
        """Return what was submitted, in order, of one task function or of all."""
        name = None if function is None else self.function(function).name
        return [self.read(each) for each in self._accepted if name in (None, each.name)]

    def matching(self, function: AnyTask | str, args: Sequence[Any], kwargs: Arguments) -> list[Submitted]:
        """Return the submissions of a function with these arguments and any others.

        Raises:
            NotSubmitted: there are none.
            InvalidArguments: the function has no such arguments.
        """
        __tracebackhide__ = True
        known = self.function(function)
        wanted = _wanted(known, args, kwargs)
        found = [each for each in self.all(known) if all(_same(each.arguments, *item) for item in wanted.items())]
        if not found:
            raise NotSubmitted(self._not_submitted(known.name, wanted))
        return found

    def function(self, function: AnyTask | str) -> AnyTask:
        """Return a task function of this system, also for a Django task; raises `UnknownTask`, with near names."""
        name = function.name if isinstance(function, TaskFunction) else getattr(function, "fastworker_name", function)
        if not isinstance(name, str):
            raise UnknownTask(f"{function!r} is no task function: decorate it with @task, or give the name of a task")
        return self._registry[name]

    def read(self, submission: Submission) -> Submitted:
        """Return a submission as people read it."""
        return Submitted(
            submission.task_id,
            submission.name,
            self._arguments(submission),
            submission.priority,
            submission.terms.delay_seconds or 0.0,
            submission.terms.tags or (),
        )

    def _arguments(self, submission: Submission) -> Arguments:
        function = self._registry[submission.name].function
        try:
            args, kwargs = self._codec.signature(function).decode_arguments(submission.payload)
            bound = _signature(function).bind(*args, **kwargs)
        except (FastWorkerError, TypeError):  # they do not fit: the run will say so
            return {name or "*": value for name, value in self._codec.decode_arguments(submission.payload).items()}
        bound.apply_defaults()
        return _flat(bound)

    def _not_submitted(self, name: str, wanted: Arguments) -> str:
        everything = self.all()
        same = [str(each) for each in everything if each.name == name]
        others = [str(each) for each in everything if each.name != name]
        return "\n".join(
            [
                f"{call_text(name, wanted)} was not submitted",
                *_listed(f"{name} was, with other arguments:", same),
                *_listed("other tasks were:" if same else "these were:", others),
                *([] if everything else ["nothing was"]),
            ]
        )


def call_text(name: str, arguments: Arguments) -> str:
    """Return a call as it is written, long values shortened."""
    said = ", ".join(f"{key}={_short(value)}" for key, value in arguments.items())
    return f"{name}({said})"


def _wanted(function: AnyTask, args: Sequence[Any], kwargs: Arguments) -> Arguments:
    try:
        return _flat(_signature(function.function).bind_partial(*args, **kwargs))
    except TypeError as error:
        raise InvalidArguments(f"{function.name}() is never submitted like this: {error}") from None


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """Return how a function is called; one that stands for another one says so, as that of a Django task."""
    called_as: inspect.Signature | None = getattr(function, "called_as", None)
    return called_as or inspect.signature(function)


def _flat(bound: inspect.BoundArguments) -> Arguments:
    """Return arguments by name; the rest of the keyword arguments beside the others, of the positional as `*name`."""
    flat: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            flat |= value
        else:
            flat[f"*{name}" if kind is inspect.Parameter.VAR_POSITIONAL else name] = value
    return flat


def _same(arguments: Arguments, name: str, value: Any) -> bool:
    return name in arguments and bool(arguments[name] == value)


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    more = [f"  ... and {len(lines) - MOST_SHOWN} more"] if len(lines) > MOST_SHOWN else []
    return [title, *(f"  {line}" for line in lines[:MOST_SHOWN]), *more]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= VALUE_CHARACTERS else f"{text[: VALUE_CHARACTERS - 3]}..."
