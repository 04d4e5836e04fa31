"""gunicorn with `--preload`: the application is loaded once, and its server forks its workers after that."""

import signal
from pathlib import Path

import pytest

from .conftest import EXAMPLES
from .web import Addresses, Web

GUNICORN = ("gunicorn", "--preload", "--workers", "2", "--bind", "127.0.0.1:{port}", "--graceful-timeout", "5")
WORKER_CLASSES = ("asgi", "uvicorn.workers.UvicornWorker")
ASGI = pytest.mark.parametrize("worker_class", WORKER_CLASSES)
COUNTED = {"total": 3, "most_common": ["two", "one"]}

SUBMITS_WHEN_LOADED = """\
from documents import count_words
from flask_app import app

count_words.submit_sync("when it was loaded").get(timeout=10)

@app.post("/of-the-process")
def of_the_process():
    from fastworker.application.current_client import entered_sync_client
    entered_sync_client.set(None)
    return {"task_id": count_words.submit_sync("in a worker")}, 202
"""


def ends_well(web: Web) -> None:
    """Stop the server; its workers end with it, within seconds."""
    assert web.server is not None
    web.server.send(signal.SIGTERM)
    assert web.server.wait(within=10) == 0
    assert "SIGKILL" not in web.server.log


@pytest.mark.parametrize("worker_class", ["sync", "gthread"])
def test_flask(web: Web, documents: Addresses, worker_class: str) -> None:
    web.start(
        *GUNICORN, "-k", worker_class, "flask_app:app", folder=EXAMPLES, FLASK_FASTWORKER_ADDRESS=documents.client
    )
    for _ in range(4):
        assert web.ended(web.submit("/documents", "one two two"))["result"] == COUNTED
    ends_well(web)


def test_django(web: Web, django: Addresses) -> None:
    web.start(
        *(*GUNICORN, "django.core.wsgi:get_wsgi_application()"),
        folder=EXAMPLES / "django_site",
        address=django.client,
        DJANGO_SETTINGS_MODULE="settings",
    )
    for _ in range(4):
        assert web.ended(web.submit("/documents", "one two two"), pending=("READY", "RUNNING"))["result"] == COUNTED
    ends_well(web)


@ASGI
def test_fastapi(web: Web, documents: Addresses, worker_class: str) -> None:
    web.start(*GUNICORN, "-k", worker_class, "fastapi_app:app", folder=EXAMPLES, address=documents.client)
    for _ in range(4):
        assert web.ended(web.submit("/documents", "one two two"))["result"] == COUNTED
    ends_well(web)


def test_an_application_that_submits_while_it_is_loaded_cannot_in_its_workers_and_is_told_why(
    web: Web, documents: Addresses, tmp_path: Path
) -> None:
    (tmp_path / "submits.py").write_text(SUBMITS_WHEN_LOADED)
    web.start(
        *GUNICORN,
        *("--pythonpath", f"{EXAMPLES},{tmp_path}", "submits:app"),
        folder=tmp_path,
        address=documents.client,
        FLASK_FASTWORKER_ADDRESS=documents.client,
    )
    for path in ("/of-the-process", "/documents"):
        assert web.http.post(path, content="one").status_code == 500
    assert web.server is not None
    web.server.wait_for("forked from one that had used submit_sync", "make the client after the fork")
    ends_well(web)
