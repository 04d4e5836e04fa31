"""Where a trace can be looked at: an address, in which the id of the trace has a place.

Nothing here imports the web framework.
"""

import re
from urllib.parse import urlsplit

PLACE = "{trace_id}"
EXAMPLE = f"https://tracing.example/trace/{PLACE}"
LONGEST = 2_000


def trace_url_template(value: str) -> str:
    """Return a template as it is; raises `ValueError` for one that leads to no page of a trace."""
    if value.count(PLACE) != 1 or re.search(r"[{}]", value.replace(PLACE, "")):
        raise ValueError(f"expected {PLACE} exactly once and nothing else in braces, such as {EXAMPLE}")
    if len(value) > LONGEST or re.search(r"[\s\x00-\x1f\x7f\\<>\"]", value) or not _leads_to_a_host(value):
        raise ValueError(f"expected an address of http or https, without a user, such as {EXAMPLE}")
    return value


def _leads_to_a_host(value: str) -> bool:
    """Tell whether a browser goes to one host by this, whatever the trace; a user before it everybody could read."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and PLACE not in parts.netloc and "@" not in parts.netloc


def trace_url(template: str | None, trace_id: str | None) -> str | None:
    """Return where a trace can be looked at; None when that is not known, or there is no trace."""
    return None if template is None or trace_id is None else template.replace(PLACE, trace_id)
