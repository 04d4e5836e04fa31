"""The page and its files. They are the same for everybody and hold no data, so that they need no login."""

from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from ..access import PUBLIC
from ..compression import ENCODING, VARIES, takes_gzip
from ..conditional import has_tag
from ..page_files import ASSETS, PageFile, PageFiles
from ..paths import root_path_of
from ..problem_kinds import NOT_FOUND
from ..problems import ApiProblem
from ..query_parameters import ANY_QUERY

OPEN = {**PUBLIC, **ANY_QUERY}
"""The page reads its filters from its own address."""

PAGES = ("login", "tasks", "errors", "queues", "workers", "functions", "system", "api")
"""The page's own paths; those below name one thing, such as /tasks/ID."""


FOR_PROGRAMS = ("api", "assets", "metrics", "healthz", "readyz")
"""Below these, what is not there is told as a problem, whoever asks."""


def page_handlers(files: PageFiles) -> list[HTTPRouteHandler]:
    """Return the handlers that give the page and its files."""
    own = ["/", *(f"/{page}" for page in PAGES), *(f"/{page}/{{item:str}}" for page in PAGES)]
    named = [f"/{name}" for name in files.names if "/" not in name]

    @get(own, opt=OPEN, include_in_schema=False, sync_to_thread=False)
    def get_page(request: Request[Any, Any, Any]) -> Response[bytes]:
        return _answer(request, files.index_at(root_path_of(request.scope)))

    @get([*named, f"/{ASSETS}{{name:str}}"], opt=OPEN, include_in_schema=False, sync_to_thread=False)
    def get_file(request: Request[Any, Any, Any]) -> Response[bytes]:
        file = files.get(request.scope["path"].removeprefix("/"))
        if file is None:
            raise ApiProblem(NOT_FOUND, "the page has no such file")
        return _answer(request, file)

    return [get_page, get_file]


def is_lost_person(request: Request[Any, Any, Any]) -> bool:
    """Tell whether a browser loads a path as a page that is none: a person has mistyped it, or followed an old link."""
    path = request.scope["path"]
    offers = request.headers.get("accept", "").lower().split(",")
    wants_page = any(offer.partition(";")[0].strip() == "text/html" for offer in offers)
    is_programs = path.split("/")[1] in FOR_PROGRAMS or "." in path
    return request.method == "GET" and wants_page and not is_programs


def lost_page(request: Request[Any, Any, Any], files: PageFiles) -> Response[bytes]:
    """Return the page, which says by itself that there is nothing at this path; not to be kept, for it is nowhere."""
    page = files.index_at(root_path_of(request.scope))
    return Response(page.content, status_code=404, media_type=page.media_type, headers={"cache-control": "no-store"})


def _answer(request: Request[Any, Any, Any], file: PageFile) -> Response[bytes]:
    headers = {"etag": file.tag, "cache-control": file.cache_control, "vary": VARIES}
    if has_tag(request.headers.get("if-none-match", ""), file.tag):
        return Response(b"", status_code=304, headers=headers)
    if file.compressed is None or not takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(file.content, media_type=file.media_type, headers=headers)
    headers["content-encoding"] = ENCODING
    return Response(file.compressed, media_type=file.media_type, headers=headers)
