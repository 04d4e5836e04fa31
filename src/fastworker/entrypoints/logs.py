"""How the processes log: structlog's events and the records of `logging`, all to standard error."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

from fastworker.application.task_logs import log_to_stderr, note_in_running_task

_MADE_BY_FORMATTERS = ("message", "asctime")
_IDS = ("task_id", "trace_id")


def configure_logs(*, level: str, log_format: str) -> None:
    """Send logs to standard error, as lines for people or as JSON; standard output is left to the tasks."""
    as_console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if as_console else structlog.processors.JSONRenderer()
    )
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    log_to_stderr(level.upper(), None if as_console else _json_of_records(stamp, renderer))
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.format_exc_info,
            note_in_running_task,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def say(text: str) -> None:
    """Tell who runs this process something at any log level: a line of its own, or an event where the logs are JSON."""
    if isinstance(structlog.get_config()["processors"][-1], structlog.processors.JSONRenderer):
        everything = structlog.make_filtering_bound_logger(logging.NOTSET)
        structlog.wrap_logger(structlog.PrintLogger(sys.stderr), wrapper_class=everything).warning(text)
    else:
        print(text, file=sys.stderr, flush=True)


def _json_of_records(stamp: Processor, renderer: Processor) -> logging.Formatter:
    """Return what makes a record of `logging` an event: of the same form as structlog's, with its `extra` as fields."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _add_extras,
            structlog.stdlib.add_logger_name,
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.format_exc_info,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def _add_extras(logger: logging.Logger, method: str, event: EventDict) -> EventDict:
    """Add what the record has beside the usual; a field of its own, such as the message, goes before."""
    record = event["_record"]
    extras = structlog.stdlib.ExtraAdder()(logger, method, {"_record": record})
    for name in (*_MADE_BY_FORMATTERS, *(name for name in _IDS if not extras.get(name))):
        extras.pop(name, None)
    if record.exc_text and not record.exc_info:  # made where the record was, in another process
        extras["exception"] = record.exc_text
    return {**extras, **event}
