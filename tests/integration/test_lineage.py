"""Which task submitted another, over real sockets: from a loop, a thread and a process of its own."""

import pytest

from .browser.conftest import Dashboard, dashboards
from .processes import Processes


@pytest.fixture(scope="module")
def started(standing_processes: Processes) -> Dashboard:
    return dashboards(standing_processes)(modules="family_work")


@pytest.mark.parametrize("name", ["gather_in_thread", "gather_in_process"])
def test_what_blocking_code_of_a_task_submits_names_that_as_its_parent(started: Dashboard, name: str) -> None:
    with started.system.sync_client() as client:
        parent = client.delay(name, started.system.address)
        child = parent.get(timeout=30)
        assert client.wait_for_end(child, timeout=30).result == 0.0
    found = started.ask(f"tasks/{child}")
    assert (found["parent"], found["parent_task"]["name"]) == (str(parent), name)
    assert [each["id"] for each in started.ask(f"tasks?parent={parent}")["items"]] == [child]


def test_the_children_of_a_task_are_those_that_it_submitted_and_a_page_of_them_leads_to_the_next(
    started: Dashboard,
) -> None:
    with started.system.sync_client() as client:
        handles = [client.delay("gather", started.system.address, count) for count in (7, 2)]
        families = {handle: handle.get(timeout=30) for handle in handles}
        alone = client.delay("leaf", 0.0)
        alone.get(timeout=30)
    for parent, children in families.items():
        first = started.ask(f"tasks?parent={parent}&order=oldest&limit=5")
        cursor = first["next_cursor"]
        rest = started.ask(f"tasks?parent={parent}&order=oldest&limit=5&cursor={cursor}")["items"] if cursor else []
        assert [each["id"] for each in [*first["items"], *rest]] == children
    assert started.ask(f"tasks/{alone}")["parent"] is None
