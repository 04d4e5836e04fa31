"""The bell that NNG rings, and what happens when somebody else does."""

import ctypes
import errno
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.nng import NngTransport
from fastworker.adapters.nng.bell import Bell, new_bell
from fastworker.application.messages import Beat, Message, Noted
from fastworker.application.ports.transport import Requester, Responder
from fastworker.domain.errors import ConnectionLost, RequestTimeout

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

LIBC = ctypes.PyDLL(None)
BEAT = Beat(epoch="e", worker_id="w", incarnation="i")


def ring(bell: Bell) -> None:
    LIBC.fflush(ctypes.c_void_p(bell._stream))


def flush_all() -> None:
    LIBC.fflush(None)


def flush_all_in_a_forked_child() -> None:
    child = os.fork()
    if child == 0:
        flush_all()  # as exit() does
        os._exit(0)
    os.waitpid(child, 0)


async def test_it_is_heard_once_for_each_time_it_was_armed() -> None:
    bell = new_bell()
    for _ in range(3):
        bell.arm()
        assert not bell.wait(0)
        threading.Thread(target=ring, args=(bell,)).start()
        with anyio.fail_after(5):
            await bell.heard()
    bell.close()


async def test_a_ring_may_be_waited_for_without_the_event_loop_and_is_not_heard_again() -> None:
    bell = new_bell()
    bell.arm()
    ring(bell)
    assert bell.wait(1)
    await anyio.sleep(0.01)  # the event loop looks, too
    bell.arm()
    assert not bell.wait(0)
    bell.close()


async def test_a_bell_that_was_disarmed_can_be_armed_again() -> None:
    bell = new_bell()
    bell.arm()
    bell.disarm()
    bell.arm()
    assert not bell.wait(0)
    ring(bell)
    assert bell.wait(1)
    bell.close()


async def test_closing_gives_the_descriptors_back() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        bell = new_bell()
        bell.arm()
        bell.close()
    assert len(os.listdir("/proc/self/fd")) == before


@asynccontextmanager
async def gated_server(gate: anyio.Event) -> AsyncIterator[tuple[Responder, Requester]]:
    async def answer(request: Message) -> Message:
        await gate.wait()
        return Noted()

    transport = NngTransport(JsonFrameCodec())
    async with (
        transport.serve(["tcp://127.0.0.1:0"], answer) as responder,
        transport.connect(responder.addresses[0]) as requester,
    ):
        yield responder, requester


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forks beside threads
@pytest.mark.parametrize("disturb", [flush_all, flush_all_in_a_forked_child])
async def test_requests_outlive_whoever_flushes_all_streams_of_the_c_library(disturb: Callable[[], None]) -> None:
    gate = anyio.Event()
    async with gated_server(gate) as (responder, requester):
        with pytest.raises(RequestTimeout):  # what an operation came to before does not count
            await requester.request(BEAT, timeout=0.05)
        replies: list[Message] = []

        async def ask() -> None:
            replies.append(await requester.request(BEAT, timeout=10))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(ask)
            for _ in range(5):
                await anyio.sleep(0.02)
                disturb()
            assert replies == []
            gate.set()
        assert replies == [Noted()] * 3
        for _ in range(20):
            disturb()
            assert await requester.request(BEAT, timeout=10) == Noted()
        assert responder.bad_frames == 0


async def test_requests_outlive_a_storm_of_flushes() -> None:
    gate, is_over = anyio.Event(), threading.Event()
    gate.set()

    def storm() -> None:
        while not is_over.is_set():
            flush_all()

    async with gated_server(gate) as (responder, requester):
        flusher = threading.Thread(target=storm)
        flusher.start()
        try:
            for _ in range(60):
                assert await requester.request(BEAT, timeout=10) == Noted()
        finally:
            is_over.set()
            flusher.join()
        assert responder.bad_frames == 0


def no_descriptor(*_: object) -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


async def test_when_the_server_runs_out_of_descriptors_requests_wait_for_those_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = anyio.Event()
    async with gated_server(gate) as (_, requester):
        await anyio.sleep(0.05)  # until it listens
        monkeypatch.setattr("fastworker.adapters.nng.responder.open_context", no_descriptor)
        replies: list[Message] = []

        async def ask() -> None:
            replies.append(await requester.request(BEAT, timeout=10))

        async with anyio.create_task_group() as group:
            for _ in range(12):
                group.start_soon(ask)
            await anyio.sleep(0.05)
            gate.set()
        assert replies == [Noted()] * 12


async def test_when_the_client_runs_out_of_descriptors_a_request_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = anyio.Event()
    gate.set()
    async with gated_server(gate) as (_, requester):
        monkeypatch.setattr("fastworker.adapters.nng.operation.Receiver", no_descriptor)
        with pytest.raises(ConnectionLost, match="Too many open files"):
            await requester.request(BEAT, timeout=10)
        monkeypatch.undo()
        assert await requester.request(BEAT, timeout=10) == Noted()
