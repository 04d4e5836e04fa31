"""Where logs are JSON, each line on standard error is one object, whoever has logged it."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from fastworker.application.current_task import current_task
from fastworker.application.execution import perform
from fastworker.entrypoints.logs import configure_logs, say
from tests.unit.application.test_task_logs import TRACE_ID, a_traced_execution, an_execution

LOG = logging.getLogger("shop")

type Printed = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def root() -> Iterator[logging.Logger]:
    """The root logger without handlers; all is as it was afterwards."""
    logger = logging.getLogger()
    handlers, level, structlog_before = list(logger.handlers), logger.level, structlog.get_config()
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)
    structlog.configure(**structlog_before)


def configure(log_format: str, level: str = "info") -> None:
    """Configure the logs in place of pytest, which has put its own handlers there when a test begins."""
    logging.getLogger().handlers.clear()
    configure_logs(level=level, log_format=log_format)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """What was printed as JSON, without the moment."""

    def read() -> list[dict[str, Any]]:
        events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        assert all(event.pop("timestamp") for event in events)
        return events

    return read


def test_a_record_of_logging_is_an_event_with_its_extras_as_fields(printed: Printed) -> None:
    configure("json")
    LOG.warning("order %s\nis late", 7, extra={"order": 7, "event": "the record's own goes before"})
    assert printed() == [{"event": "order 7\nis late", "level": "warning", "logger": "shop", "order": 7}]


def test_a_record_inside_a_task_names_it_and_its_trace(printed: Printed) -> None:
    configure("json")
    perform(a_traced_execution(lambda: LOG.info("hello")))
    perform(an_execution(lambda: current_task().logger.info("hello")))
    said = {"event": "hello", "level": "info", "task_id": "t1"}
    assert printed() == [
        said | {"logger": "shop", "trace_id": TRACE_ID},
        said | {"logger": "fastworker.task.send"},
    ]


def test_a_record_of_an_exception_has_its_traceback_as_text(printed: Printed) -> None:
    configure("json")
    try:
        raise ValueError("bad weather")
    except ValueError:
        LOG.exception("no delivery")
    logging.getLogger().handle(
        logging.makeLogRecord({"name": "child", "levelno": logging.ERROR, "msg": "died", "exc_text": "Boom: 3"})
    )
    here, there = printed()
    assert here["exception"].startswith("Traceback (most recent call last):\n")
    assert here["exception"].endswith("\nValueError: bad weather")
    assert there["exception"] == "Boom: 3"


def test_what_a_formatter_of_the_users_left_on_a_record_is_no_extra(printed: Printed) -> None:
    configure("json")
    record = logging.makeLogRecord({"name": "shop", "levelno": logging.INFO, "levelname": "INFO", "msg": "hello"})
    logging.Formatter("%(asctime)s %(message)s").format(record)
    logging.getLogger().handle(record)
    assert printed() == [{"event": "hello", "level": "info", "logger": "shop"}]


def test_what_the_process_says_of_itself_is_an_event_too_at_any_level(printed: Printed) -> None:
    configure("json", level="critical")
    say("SIGTERM: finishing what runs")
    assert printed() == [{"event": "SIGTERM: finishing what runs", "level": "warning"}]


def test_lines_for_people_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure("console")
    LOG.info("hello", extra={"order": 7})
    say("SIGTERM: finishing what runs")
    assert capsys.readouterr().err == "INFO shop: hello\nSIGTERM: finishing what runs\n"
