"""A ledger as plain values, to compare two of them whole: whatever attribute is added to it is compared too."""

from collections import OrderedDict, deque

from fastworker.domain.ledger import Ledger
from fastworker.domain.timers import Timers
from fastworker.domain.worker_registry import Group

NOT_STATE = {"_views_by_name", "on_forget"}  # those follow from the groups, and who listens changes nothing


def snapshot(ledger: Ledger) -> object:
    """Return everything that a ledger holds, as nested dicts and lists."""
    return _plain(ledger)


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | float() | str() | bytes() | frozenset():
            return value
        case set():
            return frozenset(value)
        case OrderedDict():  # the order is part of the meaning: least recently used, oldest
            return [(key, _plain(each)) for key, each in value.items()]
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple() | deque():
            return [_plain(each) for each in value]
        case Group():  # its heaps drop outdated entries only when they meet them: what they answer counts
            return [frozenset(value.members), _plain(value.view.first()), _plain(value.least_loaded())]
        case Timers():  # the same: those that do not hold any more are dropped when met
            return value.holding()
        case _:
            return {name: _plain(getattr(value, name)) for name in _attributes(value) if name not in NOT_STATE}


def _attributes(value: object) -> list[str]:
    slots: tuple[str, ...] = getattr(type(value), "__slots__", ())
    return [*slots, *getattr(value, "__dict__", {})]
