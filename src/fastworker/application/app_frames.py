"""Which frames of a traceback are the application's own, by the files that they are in."""

_OURS = ("/fastworker/application/", "/fastworker/adapters/")
_FOREIGN = ("/site-packages/", "/dist-packages/", "/lib/python", "<", *_OURS)


def is_app_file(path: str) -> bool:
    """True of a file of the application: neither a library's, nor Python's, nor ours."""
    path = path.replace("\\", "/")
    return not any(part in path for part in _FOREIGN)
