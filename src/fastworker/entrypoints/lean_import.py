"""Importing a library without the optional libraries that it would pull in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def leaving_out(*modules: str) -> Iterator[None]:
    """Make modules that are not loaded yet look absent.

    dependency_injector loads web frameworks for its wiring and yaml, none of which we use, wherever they are installed:
    120 ms and 10 MB in each process, measured with FastAPI.
    """
    absent = [module for module in modules if module not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type] # None is how Python marks a module as absent
    try:
        yield
    finally:
        for module in absent:
            sys.modules.pop(module, None)
