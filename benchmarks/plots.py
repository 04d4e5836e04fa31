"""Curves as SVG for the docs: the same bytes for the same figures, and readable on a light and on a dark page."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

INK = "#6e7781"  # a grey with enough contrast on white and on black: the page shines through
LINE = "#2f81f7"
FAINT_LINE = "#bc6c25"
STYLE = {
    "svg.hashsalt": "fastworker",  # ids inside the file are random otherwise
    "svg.fonttype": "none",  # text as text, in a font of the reader's
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "grid.color": INK,
    "grid.alpha": 0.25,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "legend.frameon": False,
}


class MissingLibrary(Exception):
    """What draws the plots is not installed."""


def draw(curves: Sequence[Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write `NAME.svg` for each curve as `growth.json` holds it; return the files.

    Raises:
        MissingLibrary: there is no matplotlib in this environment.
    """
    if find_spec("matplotlib") is None:
        raise MissingLibrary("no plots were drawn: matplotlib is not installed here (pip install 'matplotlib>=3.9')")
    folder.mkdir(parents=True, exist_ok=True)
    return [_draw(curve, folder / f"{curve['name']}.svg") for curve in curves]


def _draw(curve: Mapping[str, Any], path: Path) -> Path:
    from matplotlib import rc_context  # here: the measurements do without it
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(5.2, 3.2), layout="constrained")
        _plot(figure.subplots(), curve)
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})
    return path


def _plot(axes: Any, curve: Mapping[str, Any]) -> None:
    points = [point for point in curve["points"] if point["n"] > 0]
    numbers = [point["n"] for point in points]
    whole = [point["microseconds"] for point in points]
    own = [point["microseconds"] - point["collector_microseconds"] for point in points]
    axes.plot(numbers, whole, "o-", color=LINE, markersize=4, label=f"all: n^{curve['exponent']:.3f}")
    label = f"without the garbage collector: n^{curve['program_exponent']:.3f}"
    axes.plot(numbers, own, "o--", color=FAINT_LINE, markersize=3, linewidth=1, label=label)
    axes.set(xscale="log", yscale="log", xlabel=curve["of"], ylabel="µs per task")
    axes.set_title(f"Cost per task against {curve['of']}: grows as n^{curve['exponent']:.3f}")
    _scale_costs(axes, min(own), max(whole))
    axes.grid(visible=True, which="major")
    axes.legend(loc="upper left", fontsize=8)


def _scale_costs(axes: Any, least: float, most: float) -> None:
    """Show two powers of two at least around the costs, so that noise does not look like growth."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = least / 2, most * 2.2  # room for the legend
    ticks = [base * power for power in (0.1, 1, 10, 100) for base in (1, 2, 5)]
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
