"""How often notes are moved in the heaps of a module: what something costs there, without a clock."""

from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


def count_moves(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> Counter[str]:
    """Return a count of the moves by function, which goes on."""
    moves: Counter[str] = Counter()
    for name in ("heappush", "heappop", "heapreplace"):
        monkeypatch.setattr(module, name, _counted(getattr(module, name), moves))
    return moves


def _counted(move: Callable[..., Any], moves: Counter[str]) -> Callable[..., Any]:
    def counted(*arguments: Any) -> Any:
        moves[move.__name__] += 1
        return move(*arguments)

    return counted
