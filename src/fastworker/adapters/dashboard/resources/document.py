"""The OpenAPI document. It is made when FastWorker is built (scripts/dashboard-types), for that takes a while.

It is read from the package each time it is asked for: seldom, and it is not small.
"""

from importlib.resources import files

from litestar import Response, get

from .arguments import fails_with

VERSION = "version=3.1"


def document_bytes() -> bytes:
    """Return the document."""
    return files("fastworker.adapters.dashboard").joinpath("openapi.json").read_bytes()


@get("/openapi.json", operation_id="get_document", tags=["system"], responses=fails_with(), sync_to_thread=False)
def get_document() -> Response[bytes]:
    """Return the OpenAPI 3.1 document of this API."""
    return Response(document_bytes(), media_type=f"application/vnd.oai.openapi+json;{VERSION}")


@get(
    "/openapi.yaml", operation_id="get_document_as_yaml", tags=["system"], responses=fails_with(), sync_to_thread=False
)
def get_document_as_yaml() -> Response[bytes]:
    """Return the same document for who expects YAML 1.2, of which JSON is a part."""
    return Response(document_bytes(), media_type=f"application/vnd.oai.openapi;{VERSION}")


HANDLERS = [get_document, get_document_as_yaml]
