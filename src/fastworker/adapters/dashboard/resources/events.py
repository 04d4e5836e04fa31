"""The event stream, and the same events as JSON."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter
from litestar.response import Stream
from pydantic_core import from_json

from ..conditional import Answer
from ..event_hub import MOST_FOLLOWED, EventHub, HubEvent
from ..event_stream import stream
from ..models.event import Event, EventList, HelloEvent
from ..parts import Given, Parts
from ..problem_kinds import MISSING_RIGHT, TOO_MANY
from ..problems import RETRY_SECONDS, ApiProblem, invalid_parameter
from ..roles import Role
from .arguments import Asking, fails_with

TAGS = ["events"]
TOPICS = ("overview", "tasks", "workers", "queues", "errors", "operations", "audit")
DEFAULT_TOPICS = "overview,tasks,workers,queues,errors,operations"
TASK_TOPIC = re.compile(r"task:[^,\x00-\x1f]{1,200}")
MOST_TOPICS = 30
MOST_LISTED = 200
MOST_LISTED_BYTES = 1 << 20
"""Events told as JSON at once, unless it is only one; who asked goes on from the last."""

LONGEST_EVENT_ID = 100
EventId = Annotated[str | None, QueryParameter(max_length=LONGEST_EVENT_ID, description="Go on after this event.")]


@get("/events", operation_id="stream_events", tags=TAGS, responses=fails_with(429), sync_to_thread=False)
def stream_events(
    request: Asking,
    parts: Given,
    topics: Annotated[str, QueryParameter(max_length=8_000, description="Separated by commas.")] = DEFAULT_TOPICS,
    since: EventId = None,
    last_event_id: EventId = None,
) -> Response[Any]:
    """Return server-sent events of some topics; with `since`, the events after that one as JSON.

    A browser that comes back sends `Last-Event-ID`; `last_event_id` says the same for a new stream.
    """
    wanted = _topics(topics, request.auth.role)
    if since is not None:
        return Answer(_list(parts.hub, since, wanted))
    if parts.hub.is_full:
        headers = {"retry-after": str(RETRY_SECONDS)}
        raise ApiProblem(TOO_MANY, "there are too many event streams; share one between tabs", headers=headers)
    if not parts.hub.may_follow(wanted):
        headers = {"retry-after": str(RETRY_SECONDS)}
        raise ApiProblem(TOO_MANY, f"at most {MOST_FOLLOWED:,} tasks are followed one by one", headers=headers)
    return _stream(request, parts, wanted, request.headers.get("last-event-id") or last_event_id)


def _topics(text: str, role: Role) -> list[str]:
    topics = list(dict.fromkeys(topic for topic in text.split(",") if topic))
    if not 1 <= len(topics) <= MOST_TOPICS:
        raise invalid_parameter("topics", f"{len(topics)} topics; expected 1 to {MOST_TOPICS}")
    for topic in topics:
        if topic not in TOPICS and not TASK_TOPIC.fullmatch(topic):
            raise invalid_parameter("topics", f"no topic {topic[:60]!r}; there are {', '.join(TOPICS)}, task:ID")
    if "audit" in topics and role < Role.ADMIN:
        raise ApiProblem(MISSING_RIGHT, "the topic audit needs the role admin", missing_right=Role.ADMIN.label)
    return topics


def _stream(request: Asking, parts: Parts, topics: list[str], last_id: str | None) -> Stream:
    hub = parts.hub
    hello = HelloEvent(
        boot=hub.boot,
        seq=hub.seq,
        version=parts.who.version,
        is_read_only=request.auth.role < Role.OPERATOR,
        topics=topics,
    )
    events = stream(hub, hello, last_id, parts.clock, _may_go_on(request, parts))
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(events, media_type="text/event-stream", headers=headers)


def _may_go_on(request: Asking, parts: Parts) -> Callable[[], bool]:
    """Return whether who asks is still who it was: sessions end, and a token that is good stays so."""
    if request.auth.method != "session":
        return lambda: True
    cookie = request.cookies.get(parts.access.cookie_name, "")
    return lambda: parts.access.sessions.find(cookie) is not None


def _list(hub: EventHub, since: str, topics: list[str]) -> EventList:
    events, reason = hub.since(since, topics)
    first = list(_first(events))
    last = first[-1].seq if len(first) < len(events) else hub.seq
    return EventList(
        items=[_event(hub, event) for event in first], last_id=f"{hub.boot}-{last}", is_reset=reason is not None
    )


def _first(events: Sequence[HubEvent]) -> Iterator[HubEvent]:
    """Yield as many events as one answer tells."""
    bytes_left = MOST_LISTED_BYTES
    for number, event in enumerate(events[:MOST_LISTED]):
        bytes_left -= len(event.data)
        if number and bytes_left < 0:
            return
        yield event


def _event(hub: EventHub, event: HubEvent) -> Event:
    return Event(id=f"{hub.boot}-{event.seq}", event=event.kind, data=from_json(event.data))


HANDLERS = [stream_events]
