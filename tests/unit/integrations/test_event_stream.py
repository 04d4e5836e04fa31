"""The steps of a task as server-sent events."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from fastworker.application.client import TaskClient
from fastworker.domain.errors import ControlPlaneUnreachable, ResultExpired
from fastworker.domain.journal import LogLine, Progress
from fastworker.integrations import event_stream
from fastworker.integrations.event_stream import EventStream, failure_chunk, server_is_stopping
from tests.integration.waiting import until_in_loop as until
from tests.unit.system.readers import TalkingTask
from tests.unit.system.system import Call, System, a_system
from tests.unit.system.tasks import echo

from .asgi_server import Connection

pytestmark = pytest.mark.anyio


def streamed(system: System, client: TaskClient, task_id: str, connection: Connection) -> Call[None]:
    """Answer a browser beside the test."""
    stream = EventStream(client.handle(task_id))
    return system.call(stream.answer, connection.scope, connection.receive, connection.send, [])


def fields(chunk: str) -> dict[str, str]:
    """Return the fields of one event."""
    return dict(line.split(": ", 1) for line in chunk.strip().splitlines())


def said(chunk: str) -> tuple[str, Any]:
    """Return an event's kind and data."""
    return fields(chunk)["event"], json.loads(fields(chunk)["data"])


async def test_a_browser_hears_of_status_and_progress_until_the_task_ends() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            task_id = await client.delay("talking")
            connection = Connection()
            answer = streamed(system, client, task_id, connection)
            await until(lambda: len(connection.chunks) == 1)
            talking.says(Progress(1, 2, "half\nof it"), LogLine("INFO", "secrets", "password"))
            await system.advance(1)
            await until(lambda: len(connection.chunks) == 2)
            talking.returns()
            await until(lambda: answer.is_done)
            answer.result()
    assert connection.status == 200
    assert connection.is_over
    kinds = [said(chunk) for chunk in connection.chunks]
    assert [(kind, data.get("status")) for kind, data in kinds] == [
        ("status", "running"),
        ("progress", None),
        ("status", "success"),
    ]
    assert [data.get("is_last") for _, data in kinds] == [False, None, True]
    assert {key: kinds[1][1][key] for key in ("done", "total", "message")} == {
        "done": 1,
        "total": 2,
        "message": "half\nof it",
    }
    assert {data["task_id"] for _, data in kinds} == {str(task_id)}
    assert "password" not in "".join(connection.chunks)
    assert fields(connection.chunks[-1])["id"] == "end"


async def test_a_browser_that_comes_again_hears_only_what_is_new() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            task_id = await client.delay("talking")
            first = Connection()
            answer = streamed(system, client, task_id, first)
            await until(lambda: len(first.chunks) == 1)
            talking.says(Progress(1, 3))
            await system.advance(1)
            await until(lambda: len(first.chunks) == 2)
            first.go()
            await until(lambda: answer.is_done)
            answer.result()

            second = Connection(last_event_id=fields(first.chunks[0])["id"])
            answer = streamed(system, client, task_id, second)
            await until(lambda: second.chunks)
            assert said(second.chunks[0])[1]["done"] == 1
            second.go()
            await until(lambda: answer.is_done)
            talking.returns()


async def test_a_browser_that_comes_again_after_the_end_is_told_not_to() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            task_id = await client.delay("echo", 1)
            connection = Connection(last_event_id="end")
            answer = streamed(system, client, task_id, connection)
            await until(lambda: answer.is_done)
    assert (connection.status, connection.chunks, connection.is_over) == (204, [], True)


@pytest.mark.parametrize("nonsense", ["", "-1", "9" * 5000, "²", "x"])
async def test_an_id_that_is_no_number_counts_from_the_beginning(nonsense: str) -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            task_id = await client.delay("echo", 1)
            await system.settle()
            connection = Connection(last_event_id=nonsense)
            answer = streamed(system, client, task_id, connection)
            await until(lambda: answer.is_done)
            answer.result()
    assert [said(chunk)[1]["status"] for chunk in connection.chunks] == ["running", "success"]


async def test_nobody_follows_the_task_when_the_browser_has_gone() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            task_id = await client.delay("talking")
            connection = Connection()
            answer = streamed(system, client, task_id, connection)
            await until(lambda: connection.chunks)
            parts = await client._opened()
            assert [follow.task_id for follow in parts.listener._feeds.follows()] == [task_id]
            connection.go()
            await until(lambda: answer.is_done)
            answer.result()
            assert parts.listener._feeds.follows() == []
            talking.returns()


async def test_a_connection_that_breaks_while_it_is_written_to_ends_the_stream() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            task_id = await client.delay("echo", 1)
            await system.settle()
            connection = Connection()

            async def send(message: Any) -> None:
                if message["type"] == "http.response.body":
                    raise BrokenPipeError

            answer = system.call(
                EventStream(client.handle(task_id)).answer, connection.scope, connection.receive, send, []
            )
            await until(lambda: answer.is_done)
            answer.result()


async def test_a_task_that_is_not_known_is_said_to_be_unavailable_for_good() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        async with system.client() as client:
            connection = Connection()
            answer = streamed(system, client, system.new_id(), connection)
            await until(lambda: answer.is_done)
            answer.result()
    [chunk] = connection.chunks
    assert said(chunk)[0] == "unavailable"
    assert said(chunk)[1]["code"] == "unknown_task_id"
    assert fields(chunk)["id"] == "end"


async def test_only_what_is_final_keeps_a_browser_from_coming_again() -> None:
    assert "id" in fields(failure_chunk(ResultExpired("gone")).decode())
    assert "id" not in fields(failure_chunk(ControlPlaneUnreachable("away")).decode())


async def test_a_quiet_stream_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "GLANCE_SECONDS", 0.001)
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_SECONDS", 0.003)
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            task_id = await client.delay("talking")
            connection = Connection()
            answer = streamed(system, client, task_id, connection)
            await until(lambda: connection.chunks[-2:] == [": nothing new\n\n"] * 2)
            connection.go()
            await until(lambda: answer.is_done)
            talking.returns()


class FakeUvicorn:
    """Handles signals with a method of its own, as uvicorn does."""

    def __init__(self) -> None:
        self.should_exit = False

    def handle_exit(self, *_: object) -> None:
        """Do what uvicorn does."""
        self.should_exit = True


@pytest.fixture
def uvicorn() -> Iterator[FakeUvicorn]:
    """A server that has taken over the signals of this process."""
    server = FakeUvicorn()
    before = signal.signal(signal.SIGTERM, server.handle_exit)
    yield server
    signal.signal(signal.SIGTERM, before)


async def test_a_stream_ends_when_its_server_stops(uvicorn: FakeUvicorn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "GLANCE_SECONDS", 0.001)
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            task_id = await client.delay("talking")
            connection = Connection()
            answer = streamed(system, client, task_id, connection)
            await until(lambda: connection.chunks)
            assert not answer.is_done
            uvicorn.should_exit = True
            await until(lambda: answer.is_done)
            answer.result()
            talking.returns()
    assert "end" not in [fields(chunk).get("id") for chunk in connection.chunks]


def test_a_process_that_is_no_uvicorn_never_seems_to_stop() -> None:
    assert server_is_stopping() is False
