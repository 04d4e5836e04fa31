"""What no page shows: members of arguments and results by their names, such as `password` or `*.token`.

A pattern names the last parts of a member's path, separated by dots; `*` stands for any text within one part, and upper
and lower case are one. The items of a list have the path of the list. Arguments that were given without a name have the
names of the parameters that take them; where these are not known, nothing of them is shown.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import translate
from typing import Any

MASK = "••••••"
_WORD = re.compile(r"\w[\w-]*")
_ESCAPE = re.compile(r"\\+(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[a-z])?")
"""One of a `repr`, or of a `repr` within it, where each backslash is two."""

type Path = tuple[str, ...]


class Redaction:
    """Hides what some patterns name."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._patterns = [
            tuple(re.compile(translate(part), re.IGNORECASE) for part in pattern.split(".")) for pattern in patterns
        ]

    @property
    def is_on(self) -> bool:
        """True when anything may have to be hidden."""
        return bool(self._patterns)

    def hide(self, value: Any) -> Any:
        """Return a JSON value without what is to be hidden."""
        return self._hide(value, ()) if self._patterns else value

    def hide_arguments(self, named: Mapping[str, Any], parameters: Sequence[str] = ()) -> dict[str, Any]:
        """Return decoded arguments without what is to be hidden.

        Those without names stand under the empty one; `parameters` are the names of the first of them.
        """
        if not self._patterns:
            return dict(named)
        shown = {name: self._member(name, value, ()) for name, value in named.items() if name}
        if "" in named:
            shown[""] = self._unnamed(named[""], parameters)
        return shown

    def hide_attributes(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """Return what spans say, without what is to be hidden: the dots in a name separate the parts of a path."""
        return {name: MASK if self._hides(tuple(name.split("."))) else text for name, text in attributes.items()}

    def hide_local(self, name: str, text: str) -> str:
        """Return the text of a local variable, or the mask in its place.

        It is hidden by its name, and also where its text names what is to be hidden: a text has no members. The members
        of `*args` have lost their names, so that nothing of them is shown.
        """
        if not self._patterns:
            return text
        has_names = name.startswith("**") or not name.startswith("*")
        words = (name.lstrip("*"), *_words(text))
        ends = [pattern[-1] for pattern in self._patterns]
        is_shown = has_names and not any(end.match(word) for word in words for end in ends)
        return text if is_shown else MASK

    def _hides(self, path: Path) -> bool:
        """Tell whether a member, or one that it is part of, is to be hidden."""
        ends = range(1, len(path) + 1) if self._patterns else ()
        return any(_ends_with(path[:end], pattern) for end in ends for pattern in self._patterns)

    def _unnamed(self, values: Any, parameters: Sequence[str]) -> Any:
        if not isinstance(values, list):  # no call that we have made: who knows what it is
            return MASK
        known = zip(parameters, values, strict=False)
        return [*(self._member(name, value, ()) for name, value in known), *(MASK for _ in values[len(parameters) :])]

    def _hide(self, value: Any, path: Path) -> Any:
        match value:
            case dict():
                return {name: self._member(str(name), each, path) for name, each in value.items()}
            case list() | tuple():
                return [self._hide(each, path) for each in value]
            case _:
                return value

    def _member(self, name: str, value: Any, above: Path) -> Any:
        path = (*above, name)
        return MASK if any(_ends_with(path, pattern) for pattern in self._patterns) else self._hide(value, path)


def _words(text: str) -> list[str]:
    """Return the words of a `repr`, both with what may be an escape before them (`C:\\\\password`) and without it."""
    return _WORD.findall(text) + _WORD.findall(_ESCAPE.sub(" ", text))


def _ends_with(path: Path, pattern: tuple[re.Pattern[str], ...]) -> bool:
    if len(path) < len(pattern):
        return False
    return all(part.match(name) for part, name in zip(pattern, path[-len(pattern) :], strict=True))


NOTHING_HIDDEN = Redaction()


def place_of_mask(value: Any, pointer: str = "") -> str | None:
    """Return where in a JSON value stands what is shown in place of something hidden; None when it does nowhere."""
    match value:
        case str():
            return pointer if value == MASK else None
        case dict():
            inside = [place_of_mask(each, f"{pointer}/{_escaped(str(name))}") for name, each in value.items()]
        case list():
            inside = [place_of_mask(each, f"{pointer}/{number}") for number, each in enumerate(value)]
        case _:
            return None
    return next((found for found in inside if found is not None), None)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
