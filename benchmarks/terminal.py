"""A run as tables on the terminal."""

from rich.console import Console
from rich.table import Table

from .record import Record
from .report import cell, ordered
from .targets import rivalries, verdicts
from .workloads import WORKLOADS

console = Console()


def show(record: Record) -> None:
    """Print a table for each workload, who was skipped, the targets, and where a peer is in front."""
    for name in WORKLOADS:
        if any(name in entrant.figures or name in entrant.reasons for entrant in record.contestants.values()):
            _show_workload(record, name)
    for name, entrant in record.contestants.items():
        if entrant.skipped:
            console.print(f"skipped: {name}: {entrant.skipped}", markup=False)
    _show_targets(record)
    for each in rivalries(record):
        if each.front == "peer":
            console.print(f"in front: {each.peer[0]}, {each.title} (ours: {each.ours[0]}, {each.ratio:.2f} ×)")


def _show_workload(record: Record, name: str) -> None:
    workload = WORKLOADS[name]
    units = [f"{meaning.title} [{meaning.unit}]" for meaning in workload.figures.values()]
    table = Table("contestant", *(unit.replace("[", "\\[") for unit in units), title=workload.title)
    for contestant, entrant in ordered(record, name):
        cells = [cell(entrant.measured(name, figure)) for figure in workload.figures]
        style = "bold" if entrant.role == "ours" else "dim" if entrant.role == "limit" else ""
        if name in entrant.figures:
            table.add_row(contestant, *cells, style=style)
    console.print(table)
    for contestant, entrant in record.contestants.items():
        if name in entrant.reasons:
            console.print(f"  {contestant}: {entrant.reasons[name]}", markup=False, highlight=False)


def _show_targets(record: Record) -> None:
    table = Table("target", "bound", "measured", "met", title="Targets")
    for verdict in verdicts(record):
        met = "yes" if verdict.is_met else "NO"
        table.add_row(verdict.title, verdict.bound, verdict.value, met, style="" if verdict.is_met else "red")
    console.print(table)
