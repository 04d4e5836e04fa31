"""The build without telemetry: what tracing adds to the path of a task, taken out of a copy of the sources."""

from pathlib import Path

type Removal = tuple[str, str, str]
"""A file of the package, what is there, and what is there without tracing."""

CLIENT, ATTEMPTS, EXECUTION = "application/client.py", "application/attempts.py", "application/execution.py"
TASK, TERMS = "domain/task.py", "domain/terms.py"
VIEWS, DECISIONS = "application/views.py", "application/decisions.py"

REMOVALS: tuple[Removal, ...] = (
    # submitting
    (
        CLIENT,
        """        tracing = self._find_tracing()
        if tracing is None:
            await client.submitter.submit(entry, payload, handle)
            return handle
        with tracing.submitting(entry, payload, address=self.config.address) as trace:
            await client.submitter.submit(entry.traced(trace), payload, handle)
        return handle
""",
        """        await client.submitter.submit(entry, payload, handle)
        return handle
""",
    ),
    # waiting
    (
        VIEWS,
        "            NO_TERMS if entry.terms is None else _bounded(entry.terms),\n",
        "            entry.terms or NO_TERMS,\n",
    ),
    (TERMS, "    trace: TraceContext | None = None  # none\n", ""),
    (TASK, "    previous_trace: TraceContext | None = None  # of the attempt before, if that was traced\n", ""),
    (
        TASK,
        "    retry_after: float | None = None\n    trace: TraceContext | None = None\n",
        "    retry_after: float | None = None\n",
    ),
    # handing out
    (DECISIONS, "            previous_trace = task.history[-1].trace if task.history else None\n", ""),
    (DECISIONS, ", now, task.expires_at, previous_trace)", ", now, task.expires_at)"),
    (VIEWS, "        previous_trace=lease.previous_trace,\n", ""),
    # running
    (
        ATTEMPTS,
        """        tracing = self._find_tracing()
        if tracing is not None:
            execution.span = tracing.running(entry, details, payload, spans=self.max_spans)
""",
        "",
    ),
    (EXECUTION, "    span: RunSpan | None = None\n", ""),
    (EXECUTION, "    if execution.span is not None:\n        execution.span.enter()\n", ""),
    # ending
    (
        ATTEMPTS,
        "            outcome = failure(execution, self._too_large(outcome))\n"
        "        if execution.span is not None:\n"
        "            self._end_span(execution, execution.span, outcome)\n"
        "        self._end(execution.task_id, execution.token, outcome, execution.span)\n",
        "            outcome = failure(execution, self._too_large(outcome))\n"
        "        self._end(execution.task_id, execution.token, outcome)\n",
    ),
    (
        ATTEMPTS,
        "outcome: Outcome, span: RunSpan | None = None) -> None:\n",
        "outcome: Outcome) -> None:\n",
    ),
    (
        ATTEMPTS,
        "RetryWish(outcome.retry_after, None if span is None else span.context)",
        "RetryWish(outcome.retry_after)",
    ),
)


def take_tracing_out(package: Path) -> None:
    """Apply the removals to a copy of the package.

    Raises:
        ValueError: the sources have changed, and this list has not.
    """
    for name, present, without in REMOVALS:
        file = package / name
        text = file.read_text()
        if text.count(present) != 1:
            raise ValueError(f"{name}: met {text.count(present)} times, expected once: {present!r}")
        file.write_text(text.replace(present, without))
