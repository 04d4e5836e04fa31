"""What is logged inside a task names it, and is kept with it."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

import pytest
import structlog

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.current_task import NOTE_CHARACTERS, current_task, running_execution
from fastworker.application.execution import Execution, perform, perform_async
from fastworker.application.notes import LINES_WAITING
from fastworker.application.task_function import task
from fastworker.application.task_logs import (
    NAME_CHARACTERS,
    TaskLogHandler,
    install_task_logs,
    log_to_stderr,
    note_in_running_task,
)
from fastworker.domain.journal import LogLine
from tests.unit.adapters.telemetry.traces import Traces

LOG = logging.getLogger("shop.mail")
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def an_execution(function: Callable[..., Any], task_id: str = "t1") -> Execution:
    codec = JsonPayloadCodec()
    return Execution(
        task_id=task_id,
        attempt=1,
        token=1,
        function=task(function, name="send"),
        signature=codec.signature(function),
        payload=codec.encode_arguments((), {}),
        now=lambda: 0.0,
    )


def a_traced_execution(function: Callable[..., Any]) -> Execution:
    """An attempt that is part of a trace."""
    execution = an_execution(function)
    trace = (("traceparent", f"00-{TRACE_ID}-b7ad6b7169203331-01"),)
    execution.span = Traces().tracing.going_on(trace, spans=0)
    return execution


def lines_of(function: Callable[[], Any]) -> list[Any]:
    """Run a function as a task, and return what was noted."""
    execution = an_execution(function)
    outcome = perform(execution)
    assert outcome.error is None, outcome.error
    return execution.notes.take()


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger with the logs of tasks, and all as it was before afterwards."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    logger.setLevel(logging.DEBUG)
    install_task_logs()
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


class Unshowable:
    def __str__(self) -> str:
        raise LookupError("no text")

    __repr__ = __str__


@pytest.mark.usefixtures("root")
class TestLogging:
    """Records of the standard library."""

    def test_a_record_inside_a_task_is_kept_with_it(self) -> None:
        assert lines_of(lambda: LOG.warning("sent %d of %d", 3, 7)) == [LogLine("warning", "shop.mail", "sent 3 of 7")]

    def test_a_record_outside_of_tasks_is_kept_nowhere_and_names_none(self, caplog: pytest.LogCaptureFixture) -> None:
        execution = an_execution(lambda: None)
        LOG.warning("before")
        perform(execution)
        LOG.warning("after")
        assert execution.notes.take() == []
        assert [record.task_id for record in caplog.records] == ["", ""]  # type: ignore[attr-defined]

    def test_a_record_inside_a_task_carries_its_id(self, caplog: pytest.LogCaptureFixture) -> None:
        perform(an_execution(lambda: LOG.info("hello"), "task-7"))
        assert [record.task_id for record in caplog.records] == ["task-7"]  # type: ignore[attr-defined]

    def test_a_record_inside_a_traced_task_carries_the_trace_and_one_elsewhere_none(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        perform(a_traced_execution(lambda: LOG.info("hello")))
        perform(an_execution(lambda: LOG.info("hello")))
        LOG.info("hello", extra={"trace_id": "the user's own"})
        assert [record.trace_id for record in caplog.records] == [TRACE_ID, "", "the user's own"]  # type: ignore[attr-defined]

    def test_records_below_info_are_not_kept(self) -> None:
        def chatter() -> None:
            LOG.debug("a detail")
            LOG.info("a fact")

        assert lines_of(chatter) == [LogLine("info", "shop.mail", "a fact")]

    def test_the_logger_of_the_current_task_is_kept_under_the_name_of_the_task(self) -> None:
        assert lines_of(lambda: current_task().logger.info("hello")) == [
            LogLine("info", "fastworker.task.send", "hello")
        ]

    def test_a_record_of_an_exception_is_kept_with_its_traceback(self) -> None:
        def stumble() -> None:
            try:
                raise ValueError("bad weather")
            except ValueError:
                LOG.exception("no delivery")

        (line,) = lines_of(stumble)
        assert line.level == "error"
        assert line.message.startswith("no delivery\nTraceback (most recent call last):\n")
        assert line.message.endswith("\nValueError: bad weather")

    def test_a_record_that_asks_for_an_exception_where_there_is_none_is_its_message(self) -> None:
        assert lines_of(lambda: LOG.error("odd", exc_info=True)) == [LogLine("error", "shop.mail", "odd")]

    def test_a_record_that_brings_the_text_of_its_exception_is_kept_with_it(self) -> None:
        record = logging.makeLogRecord({"name": "child", "levelname": "ERROR", "msg": "died", "exc_text": "Boom: 3"})
        assert lines_of(lambda: TaskLogHandler().emit(record)) == [LogLine("error", "child", "died\nBoom: 3")]

    def test_a_long_record_loses_its_middle(self) -> None:
        (line,) = lines_of(lambda: logging.getLogger("n" * 5_000).info("a%sz", "b" * 1_000_000))
        assert len(line.message) < NOTE_CHARACTERS + 100
        assert line.message.startswith("ab")
        assert line.message.endswith("bz")
        assert len(line.logger) < NAME_CHARACTERS + 100

    def test_a_record_that_utf_8_cannot_carry_is_made_to_fit(self) -> None:
        assert lines_of(lambda: LOG.info("\ud800")) == [LogLine("info", "shop.mail", "?")]

    def test_a_record_whose_text_cannot_be_made_says_so_and_fails_nothing(self) -> None:
        def odd() -> None:
            TaskLogHandler().emit(logging.makeLogRecord({"name": "odd", "levelname": "INFO", "msg": Unshowable()}))
            TaskLogHandler().emit(logging.makeLogRecord({"name": "odd", "levelname": "INFO", "msg": "%d", "args": "x"}))

        assert [line.message for line in lines_of(odd)] == [
            "(its text cannot be shown: LookupError)",
            "(its text cannot be shown: TypeError)",
        ]

    def test_of_many_records_the_last_are_kept(self) -> None:
        def chatter() -> None:
            for number in range(LINES_WAITING + 5):
                LOG.info(str(number))

        assert [line.message for line in lines_of(chatter)] == [str(n) for n in range(5, LINES_WAITING + 5)]

    def test_a_thread_with_the_context_of_the_task_logs_for_it_and_one_without_does_not(self) -> None:
        def with_threads() -> None:
            context = copy_context()
            for target in (lambda: context.run(LOG.info, "with"), lambda: LOG.info("without")):
                thread = threading.Thread(target=target)
                thread.start()
                thread.join()

        # From 3.14 on, some builds of Python give every thread the context of its maker.
        inherits = getattr(sys.flags, "thread_inherit_context", False)
        expected = ["with", "without"] if inherits else ["with"]
        assert [line.message for line in lines_of(with_threads)] == expected

    def test_async_tasks_beside_each_other_keep_their_own_records(self) -> None:
        async def tell() -> None:
            for number in range(3):
                LOG.info("%s in the loop %d", current_task().id, number)
                await asyncio.to_thread(LOG.info, "%s in a thread %d", current_task().id, number)

        async def both() -> list[list[Any]]:
            executions = [an_execution(tell, task_id) for task_id in ("a", "b")]
            async with asyncio.TaskGroup() as group:
                for execution in executions:
                    group.create_task(perform_async(execution))
            return [[line.message for line in execution.notes.take()] for execution in executions]

        expected = [f"{where} {number}" for number in range(3) for where in ("in the loop", "in a thread")]
        assert asyncio.run(both()) == [[f"{task_id} {text}" for text in expected] for task_id in ("a", "b")]
        assert running_execution.get() is None

    def test_each_line_is_announced(self) -> None:
        announced: list[str] = []
        execution = an_execution(lambda: LOG.info("hello"))
        execution.announce = lambda it: announced.append(it.task_id)
        perform(execution)
        assert announced == ["t1"]

    def test_a_line_that_cannot_be_announced_fails_no_task(self, capsys: pytest.CaptureFixture[str]) -> None:
        def closed(_: Execution) -> None:
            raise RuntimeError("Event loop is closed")

        execution = an_execution(lambda: LOG.info("hello"))
        execution.announce = closed
        assert perform(execution).error is None
        assert "a log line of task t1 is lost: RuntimeError('Event loop is closed')" in capsys.readouterr().err


class TestInstalling:
    """What a process does at its start."""

    def test_installing_twice_is_installing_once(self, root: logging.Logger) -> None:
        install_task_logs()
        assert isinstance(root.handlers[0], TaskLogHandler)
        assert [type(handler) for handler in root.handlers].count(TaskLogHandler) == 1

    def test_installing_again_repairs_what_a_configuration_of_the_users_has_removed(self, root: logging.Logger) -> None:
        root.handlers[:] = [handler for handler in root.handlers if not isinstance(handler, TaskLogHandler)]
        install_task_logs()
        assert lines_of(lambda: LOG.info("hello")) == [LogLine("info", "shop.mail", "hello")]

    def test_an_extra_of_the_users_may_have_the_name_of_the_id(
        self, root: logging.Logger, caplog: pytest.LogCaptureFixture
    ) -> None:
        def log_own_id() -> None:
            LOG.info("order taken", extra={"task_id": "the user's own"})

        assert lines_of(log_own_id) == [LogLine("info", "shop.mail", "order taken")]
        assert caplog.records[0].task_id == "the user's own"  # type: ignore[attr-defined]

    def test_lines_go_to_standard_error_with_the_id_of_their_task(
        self, root: logging.Logger, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root.handlers.clear()
        log_to_stderr("INFO")
        lines_of(lambda: LOG.info("inside"))
        LOG.info("outside")
        assert capsys.readouterr().err == "INFO shop.mail: inside task_id=t1\nINFO shop.mail: outside\n"

    def test_of_several_lines_the_first_names_the_task(
        self, root: logging.Logger, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root.handlers.clear()
        log_to_stderr("INFO")
        lines_of(lambda: LOG.info("one\ntwo"))
        assert capsys.readouterr().err == "INFO shop.mail: one task_id=t1\ntwo\n"

    def test_said_again_the_last_formatter_holds(
        self, root: logging.Logger, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root.handlers.clear()
        log_to_stderr("INFO")
        log_to_stderr("INFO", logging.Formatter("<%(message)s>"))
        LOG.info("outside")
        assert capsys.readouterr().err == "<outside>\n"

    def test_such_a_line_names_the_trace_of_its_task_too(
        self, root: logging.Logger, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root.handlers.clear()
        log_to_stderr("INFO")
        perform(a_traced_execution(lambda: LOG.info("inside")))
        assert capsys.readouterr().err == f"INFO shop.mail: inside task_id=t1 trace_id={TRACE_ID}\n"

    def test_a_configuration_of_the_users_stays(self, root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
        log_to_stderr("INFO")
        LOG.info("shown by the user's own handlers")
        assert capsys.readouterr().err == ""


class TestStructlog:
    """Events of structlog, by its processor."""

    @pytest.fixture(autouse=True)
    def printed(self) -> Iterator[list[dict[str, Any]]]:
        """What the loggers of structlog put out."""
        printed: list[dict[str, Any]] = []

        def put_out(_: Any, __: str, event: Any) -> Any:
            printed.append(dict(event))
            raise structlog.DropEvent

        before = structlog.get_config()
        processors = [structlog.processors.add_log_level, structlog.processors.format_exc_info]
        structlog.configure(
            processors=[*processors, note_in_running_task, put_out],
            wrapper_class=structlog.make_filtering_bound_logger("debug"),
            cache_logger_on_first_use=False,
        )
        yield printed
        structlog.configure(**before)

    def test_an_event_inside_a_task_carries_its_id_and_is_kept_with_it(self, printed: list[dict[str, Any]]) -> None:
        kept = lines_of(lambda: structlog.get_logger().warning("mail_sent", to="eva@x", count=3, odd=Unshowable()))
        shown = "mail_sent to='eva@x' count=3 odd=(its text cannot be shown: LookupError)"
        assert kept == [LogLine("warning", "structlog", shown)]
        assert [(event["event"], event["task_id"]) for event in printed] == [("mail_sent", "t1")]

    def test_an_event_outside_of_tasks_is_as_it_was(self, printed: list[dict[str, Any]]) -> None:
        structlog.get_logger().info("started")
        assert printed == [{"event": "started", "level": "info"}]

    def test_an_event_that_names_a_task_and_a_logger_keeps_both(self, printed: list[dict[str, Any]]) -> None:
        assert lines_of(lambda: structlog.get_logger().info("asked", task_id="t9", logger="shop")) == [
            LogLine("info", "shop", "asked")
        ]
        assert printed[0]["task_id"] == "t9"

    def test_events_below_info_are_not_kept_but_carry_the_id(self, printed: list[dict[str, Any]]) -> None:
        assert lines_of(lambda: structlog.get_logger().debug("detail")) == []
        assert printed[0]["task_id"] == "t1"

    def test_an_event_of_an_exception_is_kept_with_its_traceback(self) -> None:
        def stumble() -> None:
            try:
                raise ValueError("bad weather")
            except ValueError:
                structlog.get_logger().exception("no_delivery")

        (line,) = lines_of(stumble)
        assert line.level == "error"
        assert line.message.startswith("no_delivery\nTraceback (most recent call last):\n")
        assert line.message.endswith("\nValueError: bad weather")

    def test_an_event_inside_a_traced_task_carries_the_trace(self, printed: list[dict[str, Any]]) -> None:
        execution = a_traced_execution(lambda: structlog.get_logger().info("mail_sent"))
        perform(execution)
        assert [event["trace_id"] for event in printed] == [TRACE_ID]
        assert execution.notes.take() == [LogLine("info", "structlog", "mail_sent")]

    def test_an_event_that_cannot_be_shown_says_so(self) -> None:
        def odd() -> None:
            note_in_running_task(None, "an-odd-level", {"event": Unshowable()})

        assert lines_of(odd) == [LogLine("an-odd-level", "structlog", "(its text cannot be shown: LookupError)")]
