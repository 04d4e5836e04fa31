"""Whether a request that changes something comes from this server's own page, or from no page at all."""

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""These change nothing here; every other method, also one that is not known, is checked."""

DATA = ("/api/", "/metrics")


def refusal(method: str, path: str, headers: Mapping[str, str]) -> str | None:
    """Return why a request must not be carried out; None when it may. Header names are lower case.

    What only reads is refused to other sites, too, where a browser says so, if it reads data: it costs something, and
    no other site needs it. The page itself may be linked to from anywhere.

    Browsers on trustworthy origins say `Sec-Fetch-Site`. On plain http beyond loopback they do not, but they say
    `Origin`. Who says neither is no browser, and is not led by a foreign page.
    """
    is_safe = method in SAFE_METHODS
    if is_safe and not path.startswith(DATA):
        return None
    site = headers.get("sec-fetch-site")
    if site is not None:
        return None if site in ("same-origin", "none") else f"Sec-Fetch-Site is {site[:40]!r}"
    origin = headers.get("origin")
    if origin is None or is_safe:
        return None
    return None if _is_own(origin, headers.get("host", "")) else f"Origin is {origin[:200]!r}"


def _is_own(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() != ""
