"""The limit of the transport: REQ/REP round trips with pynng's own asyncio calls, between two processes."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.contestant import AsyncSession, Contestant, Session, opened
from benchmarks.ports import free_ports

NOT_A_QUEUE = "it is a round trip, not a queue"
SERVED_AT_ONCE = 100


class RawNng(Contestant):
    """A process that answers each request with the request."""

    name = "raw NNG round trip"
    role = "limit"
    shown = ("pynng",)
    settings = "REQ/REP over TCP, a context for each request under way, no work and no queue"
    absent: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("bulk", "latency.loaded", "sleeps", "cpu", "footprint", "backlog"), NOT_A_QUEUE
    )

    def __init__(self, addresses: Mapping[str, str], folder: Path) -> None:
        """Choose the port."""
        super().__init__(addresses, folder)
        self.address = f"tcp://127.0.0.1:{free_ports(1)[0]}"

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        return [[sys.executable, "-m", __name__, self.address]]

    def open(self) -> AbstractContextManager[Session]:
        return opened(lambda runner: RawNngSession(runner, self.address), RawNngSession.lifetime)


class RawNngSession(AsyncSession):
    """Sends a text where others submit a task; contexts are used again."""

    def __init__(self, runner: asyncio.Runner, address: str) -> None:
        """Take where the other process is."""
        super().__init__(runner)
        self._address = address
        self._idle: list[Any] = []

    def lifetime(self) -> AbstractAsyncContextManager[Any]:
        """Return what opens and closes the socket."""
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> Any:
        import pynng

        with pynng.Req0(resend_time=-1) as self._socket:
            self._socket.dial(self._address, block=False)
            yield

    async def submit(self, task: str, *arguments: Any) -> Any:
        context = self._idle.pop() if self._idle else self._socket.new_context()
        await context.asend("".join(arguments).encode())
        return context

    async def wait(self, handle: Any) -> Any:
        answer = await handle.arecv()
        self._idle.append(handle)
        return answer.decode()


async def serve(address: str) -> None:
    """Answer until killed."""
    import pynng

    async def answer(socket: Any) -> None:
        with socket.new_context() as context:
            while True:
                await context.asend(await context.arecv())

    with pynng.Rep0(listen=address) as socket:
        await asyncio.gather(*(answer(socket) for _ in range(SERVED_AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
