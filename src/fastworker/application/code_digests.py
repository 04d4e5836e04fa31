"""What code a worker's task functions are of, so that people see when two workers differ."""

import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from .task_function import TaskFunction

DIGITS = 16
"""Two files are told apart by 64 bits: enough for those of one system, short enough for each function of a join."""


def code_digests(functions: Iterable[TaskFunction[..., Any, Any]]) -> dict[str, str]:
    """Return the digest of each function's source file, by name; what has none is left out.

    The file and not only the function: what a function calls stands mostly beside it. The source and not its bytecode,
    which another Python makes otherwise. To be asked right after the modules were loaded, while the files are those.
    """
    of_module: dict[str, str | None] = {}
    found: dict[str, str] = {}
    for function in functions:
        module = getattr(function.function, "__module__", "")
        if module not in of_module:
            of_module[module] = _digest(module)
        digest = of_module[module]
        if digest is not None:
            found[function.name] = digest
    return found


def _digest(module: str) -> str | None:
    path = getattr(sys.modules.get(module), "__file__", None)
    if path is None or not path.endswith(".py"):  # typed in, or compiled
        return None
    try:
        source = Path(path).read_bytes()
    except OSError:  # inside an archive
        return None
    return sha256(source.replace(b"\r\n", b"\n")).hexdigest()[:DIGITS]
