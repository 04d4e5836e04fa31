"""Tests of where this package's own events go."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog

from fastworker.application.log import log


@pytest.fixture
def unconfigured() -> Iterator[None]:
    """Structlog as a process finds it; as it was afterwards."""
    before, was_configured = structlog.get_config(), structlog.is_configured()
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
    if was_configured:
        structlog.configure(**before)


@pytest.mark.usefixtures("unconfigured")
class TestWhileStructlogIsNotConfigured:
    @pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
    def test_an_event_is_a_record_of_the_logger_fastworker(self, level: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG, "fastworker")
        getattr(log, level)("joined", slots=4, at="tcp://a")
        assert caplog.record_tuples == [("fastworker", logging.getLevelNamesMapping()[level.upper()], JOINED)]

    def test_a_level_that_nobody_asked_for_makes_no_record(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.WARNING, "fastworker")
        log.info("joined", slots=4)
        assert not caplog.records

    def test_an_exception_takes_its_traceback_along(self, caplog: pytest.LogCaptureFixture) -> None:
        try:
            _fail()
        except ZeroDivisionError:
            log.exception("it_failed", share="50 %s")
        assert "it_failed share='50 %s'" in caplog.text
        assert "ZeroDivisionError" in caplog.text


def test_structlog_that_is_configured_gets_the_event() -> None:
    with structlog.testing.capture_logs() as events:
        log.info("joined", slots=4)
    assert events == [{"event": "joined", "slots": 4, "log_level": "info"}]


@pytest.mark.usefixtures("unconfigured")
def test_structlog_that_is_configured_later_gets_what_comes_then() -> None:
    log.info("joined", slots=3)
    output = io.StringIO()
    renderer = structlog.processors.KeyValueRenderer(key_order=["event"])
    structlog.configure([renderer], logger_factory=structlog.PrintLoggerFactory(output))
    log.info("joined", slots=4)
    assert output.getvalue() == "event='joined' slots=4\n"


def test_a_process_that_configured_nothing_sees_warnings_only_and_on_standard_error() -> None:
    program = 'from fastworker.application.log import log; log.info("joined"); log.warning("left", worker_id="w1")'
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("", "left worker_id='w1'\n")


JOINED = "joined slots=4 at='tcp://a'"


def _fail() -> None:
    raise ZeroDivisionError
