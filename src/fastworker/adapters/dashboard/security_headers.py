"""The headers of every answer: what a browser may do with it."""

from collections.abc import Sequence

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; "
    "require-trusted-types-for 'script'"
)


def security_headers(frame_ancestors: Sequence[str] = ()) -> list[tuple[bytes, bytes]]:
    """Return the headers; `frame_ancestors` are the origins that may show the page inside theirs."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    return [
        (b"content-security-policy", f"{POLICY}; frame-ancestors {ancestors}".encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
