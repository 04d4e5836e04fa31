"""Many tasks at once, and their order."""

from collections import Counter
from pathlib import Path

import pytest

from fastworker import TaskPriority

from .gates import Gates
from .processes import HERE
from .system import StartSystem

pytestmark = pytest.mark.xdist_group("load")

EACH = 10_000


def test_concurrent_submissions_of_two_clients_return_their_own_values_and_run_once_each(
    system: StartSystem, tmp_path: Path
) -> None:
    up = system(workers=2, worker="--concurrency 100")
    executed = tmp_path / "executed"
    executed.mkdir()
    environment = {"FASTWORKER_ADDRESS": up.address}
    clients = [
        up.processes.start(
            f"client-{first}",
            *("python", str(HERE / "scripts" / "many.py"), str(executed), str(first), str(EACH)),
            environment=environment,
        )
        for first in (0, EACH)
    ]

    assert [client.wait(within=70) for client in clients] == [0, 0]

    assert [client.log.strip() for client in clients] == [f"{EACH} values, 0 not as submitted"] * 2
    lines = Counter(line for path in executed.iterdir() for line in path.read_text().split())
    assert lines == Counter(str(number) for number in range(2 * EACH))


def test_a_critical_task_overtakes_a_hundred_waiting_normal_ones(system: StartSystem, gates: Gates) -> None:
    up = system(workers=1, worker="--concurrency 1")
    with up.sync_client() as client:
        client.delay("wait_at_gate", gates.folder, "occupies-the-slot")
        gates.wait_until_started("occupies-the-slot")
        normal = client.map("note", [(gates.folder, f"normal-{number:03d}") for number in range(100)])
        low = client.delay("note", gates.folder, "low", priority="low")
        high = client.delay("note", gates.folder, "high", priority="High")
        critical = client.delay("note", gates.folder, "critical", priority=TaskPriority.CRITICAL)
        gates.open("occupies-the-slot")
        for handle in (*normal, low, high, critical):
            handle.get(timeout=20)

    assert gates.order() == ["critical", "high", *(f"normal-{number:03d}" for number in range(100)), "low"]
