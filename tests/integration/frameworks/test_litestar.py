"""The Litestar example under a real uvicorn."""

import signal

from .conftest import EXAMPLES
from .web import Addresses, Web


def test_the_example_submits_and_tells_progress_and_results(web: Web, documents: Addresses) -> None:
    server = web.start("uvicorn", "litestar_app:app", "--port", "{port}", folder=EXAMPLES, address=documents.client)
    end = web.ended(web.submit("/documents", "one two two"))
    assert end == {"status": "success", "result": {"total": 3, "most_common": ["two", "one"]}}
    task_id = web.submit("/readings", "one\n\ntwo")
    first, *steps = web.stream(task_id)
    assert first == {"http": 200, "type": "text/event-stream; charset=utf-8"}
    assert [step["data"]["done"] for step in steps if step["event"] == "progress"][-1] == 2
    assert steps[-1]["data"]["is_last"] is True
    assert web.http.get("/schema/openapi.json").status_code == 200
    server.send(signal.SIGTERM)
    assert server.wait() in (0, -signal.SIGTERM)
    assert "Application shutdown complete" in server.log
    assert "Traceback" not in server.log
