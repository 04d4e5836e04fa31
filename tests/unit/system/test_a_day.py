"""A day of an idle system passes in about a second."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import override

import anyio
import pytest

from fastworker.application.messages import Beat, Message
from fastworker.application.ports.transport import Publisher, Traffic
from fastworker.domain.events import WorkerHeard, WorkerLeft

from .system import a_system
from .tasks import echo
from .wire import Wire

pytestmark = pytest.mark.anyio

DAY = 86_400


class SilentPublisher(Publisher):
    """Never has said the first thing."""

    @override
    async def publish(self, message: Message) -> None:
        await anyio.sleep_forever()

    @property
    @override
    def traffic(self) -> Traffic:
        return Traffic()

    @property
    @override
    def connections(self) -> int:
        return 0


class WithoutBeacon(Wire):
    """A network on which the control plane stays silent: 86,400 beacons would be most of the day's work."""

    @override
    @asynccontextmanager
    async def publish(self, address: str) -> AsyncIterator[Publisher]:
        yield SilentPublisher()


async def test_three_workers_beat_through_a_day_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastworker.application.registration.REQUEST_SECONDS", 2 * DAY)  # one poll is held all day
    beat_seconds = 60
    async with a_system() as system:
        control_plane = await system.start_control_plane(
            transport=WithoutBeacon(system.network),
            lease_seconds=3 * beat_seconds,
            tick_seconds=60,
            hold_seconds=2 * DAY,
        )
        workers = [await system.start_worker(f"w{number}", echo) for number in range(3)]
        began_at = system.clock.now()
        await system.advance(DAY)
        beats = DAY // beat_seconds + 1  # the first one comes at the join
        assert system.clock.now() == began_at + DAY
        assert [worker.wire.count(Beat) for worker in workers] == [beats] * 3
        assert len(control_plane.happened(WorkerHeard)) == 3 * (beats + 1)  # and the first report
        assert control_plane.happened(WorkerLeft) == []
        async with system.client() as client:
            assert await (await client.delay("echo", 1)) == 1
