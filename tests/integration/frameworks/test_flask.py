"""The Flask example under the server that comes with Flask."""

import signal

from .conftest import EXAMPLES
from .web import Addresses, Web


def test_the_example_submits_and_tells_results(web: Web, documents: Addresses) -> None:
    server = web.start(
        *("python", "-m", "flask", "--app", "flask_app", "run", "--port", "{port}"),
        folder=EXAMPLES,
        FLASK_FASTWORKER_ADDRESS=documents.client,
    )
    end = web.ended(web.submit("/documents", "one two two"))
    assert end == {"status": "success", "result": {"total": 3, "most_common": ["two", "one"]}}
    server.send(signal.SIGINT)
    assert server.wait() == 0
    assert "Traceback" not in server.log
