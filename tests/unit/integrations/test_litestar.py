"""The plugin for Litestar; what it does in requests is tested with a real server."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.di import Provide

from fastworker import Client
from fastworker.integrations.litestar import FastWorkerPlugin, sse_response


def test_an_application_has_the_client_as_a_dependency() -> None:
    client = Client("tcp://127.0.0.1:5999")
    app = Litestar([], plugins=[FastWorkerPlugin(client=client)])
    provided: Any = app.dependencies["fastworker"]
    assert provided.dependency() is client


def test_a_dependency_of_that_name_that_an_application_has_stays() -> None:
    own = Provide(lambda: 7, sync_to_thread=False)
    app = Litestar([], plugins=[FastWorkerPlugin()], dependencies={"fastworker": own})
    assert app.dependencies["fastworker"] is own


def test_a_mere_id_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"client\.handle\(task_id\) makes one"):
        sse_response("t1")  # type: ignore[arg-type]
