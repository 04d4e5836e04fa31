"""Traces: a task's way from its submission to its runs, for those who ask for it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from types import TracebackType

from fastworker.application.messages import LeaseDetails, LeaseEntry, SubmitEntry
from fastworker.domain.task import Outcome
from fastworker.domain.task_span import TaskSpan
from fastworker.domain.terms import TraceContext


class SubmitSpan(ABC):
    """The span of a submission; as a context manager it gives what the tasks are to carry."""

    @property
    @abstractmethod
    def context(self) -> TraceContext | None:
        """What a run needs to go on from this span."""

    @abstractmethod
    def end(self, error: BaseException | None) -> None:
        """Say that the submission was answered, or why it failed."""

    def __enter__(self) -> TraceContext | None:
        return self.context

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(error)


class RunSpan(ABC):
    """The span of one attempt."""

    @property
    @abstractmethod
    def trace_id(self) -> str:
        """The id of the trace, as logs show it."""

    @property
    @abstractmethod
    def context(self) -> TraceContext | None:
        """What another process needs to go on from this span."""

    @property
    @abstractmethod
    def spans_left(self) -> int:
        """How many more of the spans that end inside the attempt are noted with it, by whoever makes them."""

    @abstractmethod
    def enter(self) -> Callable[[], None]:
        """Make it the current span of the calling code; return what makes the one before current again."""

    @abstractmethod
    def end(self, outcome: Outcome) -> TaskSpan | None:
        """Say how the attempt ended; return what people are to see of it, if that is wanted."""


class Tracing(ABC):
    """Makes spans. What goes wrong in here is said, and is never the end of a submission or of an attempt."""

    @abstractmethod
    def submitting(self, entry: SubmitEntry, payload: bytes, *, address: str) -> SubmitSpan:
        """Begin the span of one submission, below the caller's current span."""

    @abstractmethod
    def submitting_many(self, entries: Sequence[SubmitEntry], *, address: str) -> SubmitSpan:
        """Begin one span for the submission of many tasks of one function, which all carry its context."""

    @abstractmethod
    def running(self, entry: LeaseEntry, details: LeaseDetails, payload: bytes, *, spans: int) -> RunSpan:
        """Begin the span of an attempt, below the submission of its task; so many `spans` inside it are wanted."""

    @abstractmethod
    def going_on(self, context: TraceContext, *, spans: int) -> RunSpan:
        """Return the span of an attempt that another process began, and will end."""


type FindTracing = Callable[[], Tracing | None]
"""Returns how this process traces, or None. It is asked for each task: tracing may be set up at any time."""


def no_tracing() -> None:
    """Trace nothing."""
