"""Which argument of a task is meant, as a path: `user.id` is `id` in the argument `user`; in parameters and bodies."""

MOST_ARGUMENTS = 20
MOST_DEPTH = 8
LONGEST_ARGUMENT = 500
"""Of a path, and of the value that is to stand there."""

LONGEST_TOLD = 100

type ArgumentPath = tuple[str, ...]


def path_of(text: str) -> ArgumentPath:
    """Return the parts of a path; raises `ValueError` when it names no argument, or is too deep."""
    if not text:
        raise ValueError("an argument has no name: those without one are numbered from 0")
    path = tuple(text.split("."))
    if len(path) > MOST_DEPTH:
        raise ValueError(f"{text[:LONGEST_TOLD]}: at most {MOST_DEPTH} levels")
    return path
