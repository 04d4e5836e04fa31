"""The files of the page, read once and given by exact name: no path of a request ever touches the disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable

from .compression import for_good
from .conditional import entity_tag

INDEX = "index.html"
ASSETS = "assets/"
BASE = '<base href="/">'
"""Stands in the built page; its path becomes that of this server behind its proxy."""

MOST_PATHS = 16
"""So many pages are kept that differ in their base only."""

FOREVER = "public, max-age=31536000, immutable"
MEDIA_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
NOT_BUILT = (
    f'<!doctype html><html lang="en"><head><meta charset="utf-8">{BASE}<title>FastWorker</title></head>'
    "<body><h1>FastWorker</h1><p>This installation has no page: it was not built. "
    'The <a href="api/v1/openapi.json">API</a> is there.</p></body></html>'
)


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file: its content, and the headers that go with it."""

    content: bytes
    compressed: bytes | None
    """None where that would not be less."""
    media_type: str
    tag: str
    cache_control: str


class PageFiles:
    """All files, by their name below the page's base."""

    def __init__(self, contents: Mapping[str, bytes], *, root_path: str = "") -> None:
        self._files = {name: _file(name, content) for name, content in contents.items() if name != INDEX}
        self._source = contents.get(INDEX, NOT_BUILT.encode())
        self._pages: dict[str, PageFile] = {}
        self._files[INDEX] = self.index_at(root_path)

    @property
    def names(self) -> list[str]:
        """The names, sorted."""
        return sorted(self._files)

    def get(self, name: str) -> PageFile | None:
        """Return a file of exactly this name."""
        return self._files.get(name)

    def index_at(self, root_path: str) -> PageFile:
        """Return the page itself, for browsers that see it at a path."""
        if root_path not in self._pages:
            if len(self._pages) >= MOST_PATHS:  # a proxy that names another path each time
                self._pages.clear()
            self._pages[root_path] = _file(INDEX, with_base(self._source, root_path))
        return self._pages[root_path]


def _file(name: str, content: bytes) -> PageFile:
    suffix = name[name.rfind(".") :]
    cache_control = FOREVER if name.startswith(ASSETS) else "no-cache"
    compressed = for_good(content)
    return PageFile(
        content,
        compressed if len(compressed) < len(content) else None,
        MEDIA_TYPES.get(suffix, "application/octet-stream"),
        entity_tag(content),
        cache_control,
    )


def with_base(page: bytes, root_path: str) -> bytes:
    """Return the page with the path at which browsers see it: all its links are relative to that."""
    return page.replace(BASE.encode(), f'<base href="{escape(root_path)}/">'.encode())


def built_page() -> dict[str, bytes]:
    """Return the files that were built, by name; none when the page was not built."""
    return _below(files("fastworker.adapters.dashboard").joinpath("static"), "")


def _below(folder: Traversable, prefix: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if not folder.is_dir():
        return found
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= _below(entry, f"{prefix}{entry.name}/")
        elif entry.name != "build.json":
            found[f"{prefix}{entry.name}"] = entry.read_bytes()
    return found
