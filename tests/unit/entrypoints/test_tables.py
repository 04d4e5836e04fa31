"""What people read on a terminal."""

from typing import Any

import pytest

from fastworker.application.messages import Inspected, WorkerState
from fastworker.domain.vitals import Vitals
from fastworker.entrypoints.cli.tables import show_workers

WIDTH = 100


def a_worker(worker_id: str, **more: Any) -> WorkerState:
    return WorkerState(worker_id, 16, 3, 1_234, 0.42, False, more.pop("address", ""), ["a", "b"], **more)


def shown(capsys: pytest.CaptureFixture[str], *workers: WorkerState) -> list[str]:
    """The lines of the table, without those that are only drawn."""
    state = Inspected(
        epoch="e",
        version="1",
        up_seconds=1.0,
        names=["a", "b"],
        workers=list(workers),
        queued={},
        running=0,
        scheduled=0,
        finished={},
        superseded=0,
        results_kept=0,
    )
    show_workers(state)
    return [line for line in capsys.readouterr().out.splitlines() if line[0] in "┃│"]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.replace("┃", "│").split("│")[1:-1]]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more room than on a terminal of a hundred columns."""
    monkeypatch.setattr("fastworker.entrypoints.cli.tables.PIPE_WIDTH", WIDTH)


VITALS = Vitals(processor_share=0.934, resident_bytes=41_200_000)


def test_workers_are_listed_with_how_their_processes_do_and_what_they_are_called(
    capsys: pytest.CaptureFixture[str],
) -> None:
    head, first, second = shown(
        capsys,
        a_worker("sw1", labels={"zone": "eu", "disk": "ssd"}, vitals=VITALS, address="tcp://127.0.0.1:5561"),
        a_worker("sw2", vitals=Vitals()),
    )
    assert cells(head) == ["worker", "running", "finished", "cpu", "memory", "heard", "tasks", "labels", "inspect at"]
    assert cells(first) == [
        *("sw1", "3/16", "1234", "93%", "41 MB", "0.4 s ago", "2", "zone=eu disk=ssd", "tcp://127.0.0.1:5561"),
    ]
    assert cells(second) == ["sw2", "3/16", "1234", "", "", "0.4 s ago", "2", "", ""]


def test_what_no_worker_has_is_no_column(capsys: pytest.CaptureFixture[str]) -> None:
    head, row = shown(capsys, a_worker("sw1"))
    assert cells(head) == ["worker", "running", "finished", "cpu", "memory", "heard", "tasks"]
    assert cells(row) == ["sw1", "3/16", "1234", "", "", "0.4 s ago", "2"]


@pytest.mark.usefixtures("terminal")
def test_on_a_hundred_columns_numbers_stay_whole_and_all_else_is_folded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    labels = {"zone": "eu-central-1", "disk": "ssd", "team": "billing-and-payments"}
    address = "tcp://127.0.0.1:5561"
    lines = shown(capsys, a_worker("billing.example.org-4711", labels=labels, vitals=VITALS, address=address))
    assert {len(line) for line in lines} == {max(map(len, lines))}
    assert len(lines[0]) <= WIDTH
    columns = list(zip(*map(cells, lines), strict=True))
    assert [column[1] for column in columns[1:7]] == ["3/16", "1234", "93%", "41 MB", "0.4 s ago", "2"]
    assert not any(part for column in columns[1:7] for part in column[2:])
    assert "".join(columns[0][1:]) == "billing.example.org-4711"
    assert "zone=eu-central-1" in "".join(columns[7][1:])


def test_without_a_worker_there_is_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys) == []
