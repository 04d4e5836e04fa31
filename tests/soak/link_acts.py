"""What can be done to a link, each for some time."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from .fault_proxy import BLACK_HOLE, FaultProxy, Way, delay, slices

RECONNECT_SECONDS = 5.0
"""How long NNG may wait before it connects again, after a link was broken for a while."""


@dataclass(frozen=True, slots=True)
class LinkAct:
    """One way to break a link."""

    name: str
    begin: Callable[[FaultProxy, random.Random], None]


def _slow_down(link: FaultProxy, chance: random.Random) -> None:
    link.set(delay(chance.uniform(0.02, 0.3)))


def _slice(link: FaultProxy, chance: random.Random) -> None:
    link.set(slices(chance.randrange(16, 200)))


def _reset(link: FaultProxy, _: random.Random) -> None:
    link.reset()


def _swallow(*ways: Way) -> Callable[[FaultProxy, random.Random], None]:
    return lambda link, _: link.set(BLACK_HOLE, *ways)


def _cut(link: FaultProxy, _: random.Random) -> None:
    link.refuse()
    link.reset()


LINK_ACTS = (
    LinkAct("delay", _slow_down),
    LinkAct("slices", _slice),
    LinkAct("reset", _reset),
    LinkAct("hole up", _swallow(Way.UP)),
    LinkAct("hole down", _swallow(Way.DOWN)),
    LinkAct("hole", _swallow()),
    LinkAct("cut", _cut),
)
