"""The Litestar example under a real uvicorn."""

import signal

from .conftest import EXAMPLES
from .web import Addresses, Web


def test_the_example_submits_and_tells_results(web: Web, documents: Addresses) -> None:
    server = web.start("uvicorn", "litestar_app:app", "--port", "{port}", folder=EXAMPLES, address=documents.client)
    end = web.ended(web.submit("/documents", "one two two"))
    assert end == {"status": "success", "result": {"total": 3, "most_common": ["two", "one"]}}
    server.send(signal.SIGTERM)
    assert server.wait() in (0, -signal.SIGTERM)
    assert "Application shutdown complete" in server.log
    assert "Traceback" not in server.log
