"""The path at which a reverse proxy shows this server: no slash at its end, and nothing that a page could be broken by.

Nothing here imports the web framework.
"""

import re

LONGEST = 200


def root_path(value: str) -> str:
    """Return a path as it is used, empty for none; raises `ValueError` for what is no path."""
    path = value.rstrip("/")
    if path and (not path.startswith("/") or len(path) > LONGEST or re.search(r"[^\w/.~-]|//", path)):
        raise ValueError("expected a path such as /ops/fastworker")
    return path
