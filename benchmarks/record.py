"""What a run came to, as it is written to JSON and read back: medians and spreads by contestant, workload, figure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from .rounds import Round


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of one contestant over the rounds."""

    median: float
    spread: float
    values: list[float]

    @classmethod
    def over(cls, values: Sequence[float]) -> "Measured":
        """Return the median, and the highest value less the lowest."""
        return cls(median(values), max(values) - min(values), list(values))


@dataclass
class Entrant:
    """One contestant in a run."""

    role: str
    servers: list[str] = field(default_factory=list)
    settings: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    skipped: str = ""
    """Why it took no part; else empty."""
    seconds: float = 0.0
    """How long one round of it took."""
    figures: dict[str, dict[str, Measured]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a workload has no figures, or not all."""

    def take(self, rounds: Sequence[Round]) -> None:
        """Take what the rounds of it came to; a figure needs not be in all of them."""
        for one in rounds:
            self.settings = one.about.get("settings", self.settings)
            self.versions |= one.about.get("versions", {})
            self.reasons |= one.reasons
        self.seconds = median(one.seconds for one in rounds)
        self.figures = _merged([one.figures for one in rounds])

    def measured(self, workload: str, figure: str) -> Measured | None:
        """Return a figure, or None."""
        return self.figures.get(workload, {}).get(figure)


@dataclass
class Record:
    """One run: where, how, and who came to what."""

    command: str
    runs: int
    machine: dict[str, Any]
    contestants: dict[str, Entrant]
    coordinator: dict[str, Measured] = field(default_factory=dict)
    """The queue's own code, without transport or tasks."""

    def write(self, path: Path) -> None:
        """Write JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Record":
        """Return what `write` wrote."""
        data = json.loads(path.read_text())
        entrants = {name: _entrant(each) for name, each in data.pop("contestants").items()}
        coordinator = {name: Measured(**each) for name, each in data.pop("coordinator").items()}
        return cls(**data, contestants=entrants, coordinator=coordinator)


def _merged(rounds: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, Measured]]:
    values: dict[str, dict[str, list[float]]] = {}
    for one in rounds:
        for workload, figures in one.items():
            for figure, value in figures.items():
                values.setdefault(workload, {}).setdefault(figure, []).append(value)
    return {
        workload: {figure: Measured.over(found) for figure, found in figures.items()}
        for workload, figures in values.items()
    }


def _entrant(data: dict[str, Any]) -> Entrant:
    figures = {
        workload: {figure: Measured(**each) for figure, each in found.items()}
        for workload, found in data.pop("figures").items()
    }
    return Entrant(**data, figures=figures)
