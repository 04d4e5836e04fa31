"""Telemetry of a process, as the OTEL_* variables ask: OpenTelemetry's SDK is imported only then."""

import os
from types import TracebackType
from typing import TYPE_CHECKING, Self

import fastworker
from fastworker.adapters.telemetry.asked import asked_by

if TYPE_CHECKING:
    from fastworker.adapters.telemetry.sdk import Sdk

FLUSH_SECONDS = 3.0
"""How long the end of a process waits for what was not sent yet."""


class Telemetry:
    """Has traces and metrics exported until its end; `asked` is what the variables ask for.

    `service` and `instance` say who this is, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES do.
    """

    def __init__(self, service: str, *, instance: str = "", flush_seconds: float = FLUSH_SECONDS) -> None:
        """Begin; raises InvalidSetting when an exporter that is asked for cannot be had."""
        self.asked = asked_by(os.environ)
        self._flush_seconds = flush_seconds
        self._sdk: Sdk | None = None
        if self.asked.is_nothing:
            return
        from fastworker.adapters.telemetry import sdk

        who = {"service.name": service, "service.version": fastworker.__version__, "service.instance.id": instance}
        self._sdk = sdk.Sdk(self.asked, {name: text for name, text in who.items() if text})

    def end(self) -> None:
        """Send what was not sent yet, for a bounded time; a second end changes nothing."""
        sdk, self._sdk = self._sdk, None
        if sdk is not None:
            sdk.close(seconds=self._flush_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
