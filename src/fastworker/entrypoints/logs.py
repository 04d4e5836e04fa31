"""How the processes log: structlog's events and the records of `logging`, all to standard error."""

import sys

import structlog

from fastworker.application.task_logs import log_to_stderr, note_in_running_task


def configure_logs(*, level: str, log_format: str) -> None:
    """Send logs to standard error, as lines for people or as JSON; standard output is left to the tasks."""
    as_console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if as_console else structlog.processors.JSONRenderer()
    )
    log_to_stderr(level.upper())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            note_in_running_task,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
