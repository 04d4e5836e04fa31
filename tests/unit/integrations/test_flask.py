"""The extension for Flask; what it does in requests is tested with a real server."""

import atexit
import gc
import threading
import weakref
from typing import Any, cast

import pytest
from flask import Flask, appcontext_pushed

from fastworker.application.current_client import entered_sync_client
from fastworker.application.stand_in import standing_in
from fastworker.domain.errors import AddressUnusable, ControlPlaneUnreachable
from fastworker.integrations.flask import FastWorker


def an_app(**config: str) -> Flask:
    app = Flask("shop")
    app.config |= config
    return app


def test_the_client_of_an_application_is_current_where_its_context_is() -> None:
    app, other = an_app(), an_app()
    fastworker = FastWorker(app)
    fastworker.init_app(other)
    with app.app_context():
        assert entered_sync_client.get() is app.extensions["fastworker"]
        with other.app_context():
            assert entered_sync_client.get() is other.extensions["fastworker"]
        assert entered_sync_client.get() is app.extensions["fastworker"]
        with app.test_request_context(), app.app_context():
            assert entered_sync_client.get() is app.extensions["fastworker"]
        assert entered_sync_client.get() is app.extensions["fastworker"]
    assert entered_sync_client.get() is None


def test_an_application_without_the_extension_is_left_alone() -> None:
    FastWorker(an_app())
    with an_app().app_context():
        assert entered_sync_client.get() is None


def test_an_application_that_is_dropped_leaves_nothing_behind() -> None:
    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "fastworker-client"]

    gc.collect()  # those of other tests
    receivers, hooks, before = len(appcontext_pushed.receivers), atexit._ncallbacks(), threads()
    for _ in range(3):
        app = an_app()
        fastworker = FastWorker(app, "tcp://127.0.0.1:5999")
        with app.app_context():
            assert fastworker.client
        assert len(threads()) == len(before) + 1
        client = weakref.ref(app.extensions["fastworker"])
        del app, fastworker
        gc.collect()
        assert client() is None
    assert (len(appcontext_pushed.receivers), atexit._ncallbacks(), threads()) == (receivers, hooks, before)


@pytest.mark.parametrize(
    ("address", "config"),
    [
        ("tcp://this:1x", {}),
        (None, {"FASTWORKER_ADDRESS": "tcp://this:1x"}),
        ("tcp://this:1x", {"FASTWORKER_ADDRESS": "-"}),
    ],
)
def test_the_address_is_the_one_given_else_the_one_in_the_configuration(
    address: str | None, config: dict[str, str]
) -> None:
    app = an_app(**config)
    fastworker = FastWorker(app, address)
    with app.app_context(), pytest.raises(AddressUnusable, match="this:1x"):
        _ = fastworker.client


def test_the_error_of_a_control_plane_that_does_not_answer_names_the_setting() -> None:
    app = an_app(FASTWORKER_ADDRESS="tcp://127.0.0.1:1")
    fastworker = FastWorker(app, connect_timeout=0.01)
    with (
        app.app_context(),
        pytest.raises(ControlPlaneUnreachable, match=r"127.0.0.1:1 \(from FASTWORKER_ADDRESS in app"),
    ):
        fastworker.client.status("1")
    app.extensions["fastworker"].stop()


def test_a_client_first_used_under_a_system_for_tests_works_after_it() -> None:
    app = an_app(FASTWORKER_ADDRESS="tcp://127.0.0.1:5999")
    fastworker = FastWorker(app, connect_timeout=0.1)
    with app.app_context():
        with standing_in(cast("Any", "a system")):
            first = fastworker.client
        with pytest.raises(ControlPlaneUnreachable):
            fastworker.client.status("1")
        assert fastworker.client is first
    app.extensions["fastworker"].stop()
