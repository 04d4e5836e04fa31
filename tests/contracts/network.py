"""What a transport brings to its contract."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from fastworker.application.ports.transport import Transport

type SendFrame = Callable[[bytes], Awaitable[None]]


class NetworkContract:
    """One network of one kind, on asyncio and trio. Subclasses make its parts; the tests come from the contracts."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request: pytest.FixtureRequest) -> str:
        return request.param

    @pytest.fixture
    async def transport(self) -> Transport:
        """The transport that is tested."""
        raise NotImplementedError

    @pytest.fixture
    def address(self) -> str:
        """An address that nobody listens at, with a port that can be asked for again."""
        raise NotImplementedError

    async def ask_raw(self, transport: Transport, address: str, frame: bytes) -> bytes:
        """Send any bytes as a request, and return the bytes of the reply."""
        raise NotImplementedError

    def publish_raw(self, transport: Transport, address: str) -> AbstractAsyncContextManager[SendFrame]:
        """Open a publisher of any bytes."""
        raise NotImplementedError

    async def let_pass(self, transport: Transport, seconds: float) -> None:
        """Let the transport's time go on; a transport in real time needs no help."""
