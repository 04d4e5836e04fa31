"""structlog without rich, which it would load for colourful tracebacks: 4 MB and 0.06 s in each process (measured).

For server processes and the command line only, and imported by them before anything else loads structlog. Tracebacks
are plain then, unless a task module asks structlog for rich ones: that loads rich.
"""

from typing import Any

from fastworker.entrypoints.lean_import import leaving_out

with leaving_out("rich"):
    import structlog


class _Traceback:
    @staticmethod
    def from_exception(*args: Any, **kwargs: Any) -> Any:
        from rich.traceback import Traceback

        return Traceback.from_exception(*args, **kwargs)


def _console(*args: Any, **kwargs: Any) -> Any:
    from rich.console import Console

    return Console(*args, **kwargs)


def _bring_back_rich() -> None:
    """Have structlog's rich tracebacks load rich when they are made."""
    dev: Any = structlog.dev
    if dev.rich is None:
        dev.Console, dev.Traceback = _console, _Traceback
        dev.rich_traceback = dev.RichTracebackFormatter()
        dev.rich_monochrome_traceback = dev.RichTracebackFormatter(color_system=None)


_bring_back_rich()
