"""Where the events of this package go: to structlog as the process has configured it, else to Python's `logging`.

structlog that nobody has configured prints to standard output, which is not a library's to write to. So until somebody
configures it, events are records of the logger `fastworker`: warnings are seen, and an application, or its tests, turn
the rest on, or all of it off, as for any library.
"""

import logging
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog


class Log:
    """Decides for each event, since structlog may be configured later."""

    def __init__(self, logger: logging.Logger) -> None:
        """Take where events go while structlog is not configured."""
        self._records = structlog.wrap_logger(
            logger,
            processors=[structlog.stdlib.filter_by_level, _as_record],
            wrapper_class=structlog.stdlib.BoundLogger,
            context_class=dict,
        )

    def debug(self, event: str, **fields: Any) -> None:
        """Tell what only somebody who looks for a fault wants to know."""
        self._logger().debug(event, **fields)

    def info(self, event: str, **fields: Any) -> None:
        """Tell what goes as it should."""
        self._logger().info(event, **fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Tell what somebody should look at."""
        self._logger().warning(event, **fields)

    def error(self, event: str, **fields: Any) -> None:
        """Tell what does not work."""
        self._logger().error(event, **fields)

    def exception(self, event: str, **fields: Any) -> None:
        """Tell what does not work, with the exception that is being handled."""
        self._logger().exception(event, **fields)

    def _logger(self) -> Any:
        return structlog.get_logger() if structlog.is_configured() else self._records


def _as_record(_: Any, __: str, event: MutableMapping[str, Any]) -> tuple[tuple[str], Mapping[str, Any]]:
    exc_info = event.pop("exc_info", None)
    text = " ".join([event.pop("event"), *(f"{name}={value!r}" for name, value in event.items())])
    return (text,), {"exc_info": exc_info}


log = Log(logging.getLogger("fastworker"))
