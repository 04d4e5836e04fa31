"""The demonstration of the README."""

from .processes import HERE, Processes

ROOT = HERE.parent.parent


def test_the_demonstration_ends_well_when_nobody_watches(processes: Processes) -> None:
    finished = processes.run("python", str(ROOT / "examples" / "demo.py"), within=60)

    assert finished.exit_code == 0, finished.output + finished.errors
    assert "Traceback" not in finished.output + finished.errors
    for word in ("critical", "high", "normal", "low", "sw1", "sw2"):
        assert word in finished.output
