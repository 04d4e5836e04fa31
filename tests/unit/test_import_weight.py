"""What an import must not bring along. How long it takes is a benchmark's business."""

import subprocess
import sys

import pytest


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after a statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        (
            "import fastworker",
            {"dependency_injector", "litestar", "opentelemetry", "pydantic", "pynng", "structlog", "uvicorn"},
        ),
        (
            "from fastworker import Client",
            {"click", "dependency_injector", "litestar", "opentelemetry", "pydantic_settings", "uvicorn"},
        ),
        (
            "from fastworker.integrations.asgi import FastWorkerMiddleware",
            {
                "click",
                "dependency_injector",
                "litestar",
                "opentelemetry",
                "pydantic_settings",
                "starlette",
                "uvicorn",
            },
        ),
        ("import fastworker.entrypoints.control_plane", {"opentelemetry", "rich"}),
        ("import fastworker.entrypoints.subworker", {"opentelemetry", "rich"}),
        (
            "import fastworker.adapters.executors.process_child, fastworker.entrypoints.child_surroundings",
            {
                "click",
                "dependency_injector",
                "litestar",
                "opentelemetry",
                "pydantic_settings",
                "pynng",
                "rich",
                "uvicorn",
            },
        ),
        ("import fastworker.entrypoints.cli", {"opentelemetry", "rich"}),
    ],
)
def test_an_import_brings_along_nothing_that_only_servers_need(statement, unwanted):
    loaded = loaded_by(statement)

    assert "fastworker" in loaded
    assert loaded & unwanted == set()


def test_a_task_module_can_still_have_rich_tracebacks():
    program = """
import fastworker.entrypoints.subworker, structlog, sys
print("rich" in sys.modules)
structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.rich_traceback)])
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger().exception("failed")
print("rich" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, *text, last = done.stdout.splitlines()

    assert (first, last) == ("False", "True")
    assert any("ZeroDivisionError" in line for line in text)
    assert any("╭" in line for line in text)


def test_the_test_above_sees_what_is_loaded():
    assert "pynng" in loaded_by("from fastworker import Client")
