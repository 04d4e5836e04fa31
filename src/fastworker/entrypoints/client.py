"""The clients that users make: composed by hand, so that importing them stays light."""

import os
import random

import anyio

from fastworker.adapters.json_codec import JsonFrameCodec, JsonPayloadCodec
from fastworker.adapters.nng import NngTransport
from fastworker.adapters.system_clock import SystemClock
from fastworker.adapters.telemetry import find_tracing
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.client_life import ClientConfig
from fastworker.application.messages import InspectWorker, Message, WorkerInspected
from fastworker.application.named_address import VARIABLE, NamedAddress
from fastworker.application.replaceable_clients import ReplaceableClient, ReplaceableSyncClient
from fastworker.domain.errors import WireError


class Client(ReplaceableClient):
    """A client of the control plane at `address`, for asynchronous code.

    Without an address: `FASTWORKER_ADDRESS`, or tcp://127.0.0.1:5555. The first call waits up to `connect_timeout`
    seconds for a control plane; later, one that went away is waited for up to `reconnect_timeout` seconds.
    """

    def __init__(
        self, address: str | None = None, *, connect_timeout: float = 5.0, reconnect_timeout: float = 30.0
    ) -> None:
        super().__init__(
            ClientConfig(
                _named(address),
                connect_timeout=connect_timeout,
                reconnect_timeout=reconnect_timeout,
            ),
            transport=NngTransport(JsonFrameCodec()),
            clock=SystemClock(),
            codec=JsonPayloadCodec(),
            new_id=new_uuid7,
            jitter=random.Random(),
            find_tracing=find_tracing,
        )


class SyncClient(ReplaceableSyncClient):
    """A client for blocking code; takes what `Client` takes. Use it as `with SyncClient() as client`."""

    def __init__(
        self, address: str | None = None, *, connect_timeout: float = 5.0, reconnect_timeout: float = 30.0
    ) -> None:
        ClientConfig(
            address or "", connect_timeout, reconnect_timeout
        )  # what cannot work is said now, not at the start
        super().__init__(lambda: Client(address, connect_timeout=connect_timeout, reconnect_timeout=reconnect_timeout))


def _named(address: str | None) -> NamedAddress:
    if address:
        return NamedAddress.of(address, "as given to the client")
    return NamedAddress.from_variable(os.environ.get(VARIABLE))


def ask_worker(address: str, *, timeout: float = 5.0) -> WorkerInspected:
    """Return what the subworker at an address (its --base-address) runs now; for blocking code."""

    async def ask() -> Message:
        async with NngTransport(JsonFrameCodec()).connect(address) as requester:
            return await requester.request(InspectWorker(), timeout=timeout)

    reply = anyio.run(ask)
    if not isinstance(reply, WorkerInspected):
        raise WireError(f"{address} answered with {type(reply).__name__}")
    return reply
