"""The headers of every answer: what a browser may do with it."""

from collections.abc import Mapping, Sequence

from .hosts import is_loopback_name

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; "
    "require-trusted-types-for 'script'"
)


OPENER_POLICY = (b"cross-origin-opener-policy", b"same-origin")


def security_headers(frame_ancestors: Sequence[str] = ()) -> list[tuple[bytes, bytes]]:
    """Return the headers; `frame_ancestors` are the origins that may show the page inside theirs."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    return [
        (b"content-security-policy", f"{POLICY}; frame-ancestors {ancestors}".encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def is_trustworthy(scheme: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a browser may take this server for a trustworthy origin, the only ones whose opener policy it obeys.

    On plain http by a name that is not this machine's own, Chromium logs an error for that header with each page.
    Behind a proxy that ends TLS the scheme here is http, too; but then browsers say `Sec-Fetch-Site`, and else not.
    """
    return scheme == "https" or is_loopback_name(headers.get("host", "")) or "sec-fetch-site" in headers
