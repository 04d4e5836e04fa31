"""Tables for people, on a terminal; rich is imported when the first one is shown."""

import sys
from collections.abc import Callable, Collection, Iterable, Sequence

from fastworker.application.messages import Inspected, RunningTask, WorkerInspected, WorkerState
from fastworker.application.task_event import TaskEvent

PIPE_WIDTH = 1_000
"""Other programs get whole rows."""


def show_tasks(state: Inspected) -> None:
    """Print the known task names and who runs them."""
    rows = [(name, ", ".join(_run_by(name, state)) or "nobody now: it waits for a worker") for name in state.names]
    _show(["task", "run by"], rows, empty="no task is known: name modules with --task-modules")


def _run_by(name: str, state: Inspected) -> list[str]:
    """Return the subworkers that know a task; without one, the control plane itself if it runs tasks."""
    know = [worker for worker in state.workers if name in worker.names]
    return [worker.worker_id for worker in know if not worker.is_local] or [worker.worker_id for worker in know]


def show_workers(state: Inspected) -> None:
    """Print the live workers."""
    columns: dict[str, Callable[[WorkerState], str]] = {
        "worker": lambda worker: worker.worker_id,
        "running": _load,
        "finished": lambda worker: str(worker.finished),
        "cpu": _processor_use,
        "memory": _memory,
        "heard": lambda worker: f"{worker.heard_seconds_ago:.1f} s ago",
        "tasks": lambda worker: str(len(worker.names)),
        "labels": lambda worker: " ".join(f"{key}={value}" for key, value in worker.labels.items()),
        "inspect at": lambda worker: worker.address,
    }
    for name in ("labels", "inspect at"):  # which most have none of, and which take the room of all others
        if not any(map(columns[name], state.workers)):
            del columns[name]
    rows = [[cell(worker) for cell in columns.values()] for worker in state.workers]
    whole = ("running", "finished", "cpu", "memory", "heard", "tasks")
    _show(list(columns), rows, empty="no worker is connected: start one with `fastworker subworker`", whole=whole)


def _processor_use(worker: WorkerState) -> str:
    share = worker.vitals.processor_share if worker.vitals else None
    return "" if share is None else f"{share:.0%}"


def _memory(worker: WorkerState) -> str:
    held = worker.vitals.resident_bytes if worker.vitals else None
    return "" if held is None else f"{held / 1e6:.0f} MB"


def _load(worker: WorkerState) -> str:
    stuck = f", {worker.occupied} stuck" if worker.occupied else ""
    return f"{worker.running}/{worker.slots}{stuck}{', draining' if worker.is_draining else ''}"


def show_running(state: WorkerInspected) -> None:
    """Print what a worker runs, with stacks."""
    rows = [(task.task_id, task.name, str(task.attempt), _duration(task), task.stack.strip()) for task in state.running]
    _show(["id", "task", "attempt", "for", "stack"], rows, empty=f"worker {state.worker_id} runs nothing now")


def _duration(task: RunningTask) -> str:
    return f"{task.run_seconds:.1f} s{' (stuck: given up, and goes on)' if task.is_stuck else ''}"


def _show(columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str, whole: Collection[str] = ()) -> None:
    """Print rows, or say why there are none; where there is little room, the columns named `whole` are not folded."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    if not rows:
        Console(stderr=True).print(Text(empty))
        return
    table = Table()
    for column in columns:
        table.add_column(column, no_wrap=column in whole, overflow="fold")  # an id that is cut is of no use
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # Text: names from a task are never read as markup
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(width=width).print(table)


def step_text(event: TaskEvent) -> str:
    """Return a step of a task as one line."""
    if event.status is not None:
        return f"{event.status} (attempt {event.attempt})" if event.attempt else str(event.status)
    if event.line is not None:
        return f"{event.line.level} {event.line.logger}: {event.line.message}"
    progress = event.progress
    assert progress is not None
    of_total = "" if progress.total is None else f" of {progress.total:g}"
    return f"{progress.done:g}{of_total} {progress.message}".rstrip()
