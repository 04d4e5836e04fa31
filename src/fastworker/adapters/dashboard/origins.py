"""Whether a request that changes something comes from this server's own page, or from no page at all."""

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""These change nothing here; every other method, also one that is not known, is checked."""


def refusal(method: str, headers: Mapping[str, str]) -> str | None:
    """Return why a request must not be carried out; None when it may. Header names are lower case.

    Browsers on trustworthy origins say `Sec-Fetch-Site`. On plain http beyond loopback they do not, but they say
    `Origin`. Who says neither is no browser, and is not led by a foreign page.
    """
    if method in SAFE_METHODS:
        return None
    site = headers.get("sec-fetch-site")
    if site is not None:
        return None if site in ("same-origin", "none") else f"Sec-Fetch-Site is {site[:40]!r}"
    origin = headers.get("origin")
    if origin is None:
        return None
    return None if _is_own(origin, headers.get("host", "")) else f"Origin is {origin[:200]!r}"


def _is_own(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() != ""
