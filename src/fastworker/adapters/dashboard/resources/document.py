"""The OpenAPI document. It is made when FastWorker is built (scripts/dashboard-types), for that takes a while."""

from functools import cache
from importlib.resources import files

from litestar import Response, get

from .arguments import fails_with


@cache
def document_bytes() -> bytes:
    """Return the document."""
    return files("fastworker.adapters.dashboard").joinpath("openapi.json").read_bytes()


@get("/openapi.json", operation_id="get_document", tags=["system"], responses=fails_with(), sync_to_thread=False)
def get_document() -> Response[bytes]:
    """Return the OpenAPI 3.1 document of this API."""
    return Response(document_bytes(), media_type="application/vnd.oai.openapi+json;version=3.1")


HANDLERS = [get_document]
