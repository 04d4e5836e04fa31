"""The control plane itself."""

from typing import Literal

from pydantic import Field

from .audit import Role
from .record import Body, Moment, Record


class Setting(Record):
    """One setting in force; `value` is masked where it is a secret."""

    name: str
    flag: str
    environment: str
    value: str
    default: str
    is_default: bool
    description: str


class Config(Record):
    """The settings in force."""

    settings: list[Setting]


class Usage(Record):
    """How much of a bounded thing is used; units are in its name."""

    name: str
    used: int
    limit: int


class HubState(Record):
    """The event stream: who listens, and what was sent, replayed, or dropped because a listener was too slow."""

    clients: int
    published: int
    kept: int
    resets: int


class TransportEnd(Record):
    """One end of the transport. Counts are since the start and of messages: a batch of tasks is one."""

    role: Literal["clients", "workers", "own worker", "beacon"] = Field(description="Who is at the other end.")
    address: str
    connections: int = Field(description="Open ones.")
    received: int
    received_bytes: int
    sent: int
    sent_bytes: int
    under_way: int = Field(description="Requests that have come and have no reply yet, those that are held among them.")
    held: int = Field(description="Requests that wait for news: leases for a worker, ends of tasks for a client.")
    leaving: int = Field(description="Replies that are given and have not left, for their peers do not read them.")
    bad_frames: int = Field(description="Messages that were none of this protocol.")


class System(Record):
    """What the control plane is and holds."""

    epoch: str
    version: str
    python: str
    platform: str
    pid: int
    started_at: Moment
    memory_bytes: int
    loop_lag_seconds: float | None
    client_address: str
    worker_address: str
    discovery_address: str
    ends: list[TransportEnd]
    sessions: int
    superseded_reports: int
    usage: list[Usage]
    result_ttl_seconds: float = Field(description="A finished task is remembered for so long, if there is room.")
    hub: HubState
    versions: dict[str, str]
    is_draining: bool
    blind_since: Moment | None = Field(description="What is shown is as of then: the dashboard failed to follow.")
    blind_because: str
    as_of: Moment


class SessionRequest(Body):
    """The token, or the one-time word of a login URL."""

    token: str | None = Field(default=None, max_length=1_000)
    once: str | None = Field(default=None, max_length=200)


class SessionState(Record):
    """Who is asking, and what the role allows."""

    actor: str
    role: Role
    is_read_only: bool
    method: Literal["loopback", "token", "session", "insecure", "proxy"]
    expires_at: Moment | None


class Health(Record):
    """Alive, or ready to take tasks."""

    status: Literal["ok"]
