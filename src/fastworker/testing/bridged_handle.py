"""A handle of a system that lives on another event loop: each who waits is told on the loop where they wait."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, override

from fastworker.application.handle import TaskHandle

from .event_loops import call_soon, running_loop

if TYPE_CHECKING:
    from .bridged_client import BridgedClient


class BridgedHandle[R](TaskHandle[R]):
    """Takes the end of the handle there, which is listened for, whether anybody waits here or not."""

    _there: TaskHandle[R]
    _bridge: "BridgedClient"

    @classmethod
    def bridging(cls, there: TaskHandle[R], client: "BridgedClient") -> "BridgedHandle[R]":
        """Return the handle for here; called where `there` lives, or while nobody else has it."""
        handle: BridgedHandle[R] = cls(there)
        handle._client = handle._bridge = client
        handle._there = there
        handle.decode = there.decode
        there.add_done_callback(handle._take_end)
        return handle

    @override
    async def wait(self) -> None:
        if not self.is_done:
            await self._bridge.call_there(self._there.wait)

    @override
    async def be_expected(self) -> None:
        if not self.is_done:
            await self._bridge.call_there(self._there.be_expected)

    @override
    def add_done_callback(self, callback: Callable[[TaskHandle[R]], object]) -> None:
        here = running_loop()

        def tell(_: TaskHandle[Any]) -> None:
            call_soon(here, self._client.run_callback, callback, self)

        if self.is_done:
            self._client.run_callback(callback, self)
        else:
            self._bridge.tell_there(self._there.add_done_callback, tell)

    def _take_end(self, there: TaskHandle[Any]) -> None:
        """Take the end from the other thread: what says that there is one comes last."""
        self._payload = there._payload
        self._failure = there._failure
        self._state = there._state
