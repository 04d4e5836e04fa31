"""The arguments of a task, as written on the command line."""

import json
from typing import Any

from fastworker.domain.errors import InvalidArguments


def parse_arguments(first: str | None, words: tuple[str, ...]) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and keyword arguments.

    One word that is a JSON object gives keyword arguments, one that is a JSON array positional ones. Otherwise each
    word is one positional argument: a JSON value if it reads as one, else the text itself.

    Raises:
        InvalidArguments: words without --args, or one word that begins like JSON and is none.
    """
    if first is None:
        if words:
            raise InvalidArguments(f"arguments go behind --args: --args {' '.join(words)}")
        return [], {}
    if not words and first.lstrip().startswith(("{", "[")):
        return _structured(first)
    return [_word(word) for word in (first, *words)], {}


def _structured(text: str) -> tuple[list[Any], dict[str, Any]]:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidArguments(f"--args is no JSON: {error} (was {text[:200]})") from error
    return (value, {}) if isinstance(value, list) else ([], value)


def _word(word: str) -> Any:
    try:
        return json.loads(word)
    except json.JSONDecodeError:
        return word
