"""What people call a task beside its name, to find it by: `tenant:acme`, `nightly`. No task is treated by them."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from .errors import InvalidOption
from .text import bounded

MOST_TAGS = 10
LONGEST_TAG = 100
SHOWN_CHARACTERS = 120
"""Of a value that is no tag."""

type Tags = tuple[str, ...]


def tags_of(given: Any) -> Tags:
    """Return tags as a task has them: each once, in the order that they were given in.

    Raises:
        InvalidOption: they are not several texts, one of them is no tag, or they are too many.
    """
    if isinstance(given, str):
        shown = _shown(given)
        raise InvalidOption(f"tags is {shown}; expected several texts: write tags=({shown},) for a single one")
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise InvalidOption(f"tags is {_shown(given)}; expected several texts, as tags=('nightly',)")
    several = tuple(islice(given, MOST_TAGS + 1))
    if len(several) > MOST_TAGS:
        raise InvalidOption(f"more than {MOST_TAGS} tags; a task has at most {MOST_TAGS}: leave some out")
    for tag in several:
        fault = fault_of_tag(tag)
        if fault is not None:
            raise InvalidOption(fault)
    # str.__str__: a member of an enum of texts as the text that it is
    return tuple(dict.fromkeys(map(str.__str__, several)))


def fault_of_tag(tag: object) -> str | None:
    """Return what was met, what a tag should be like, and what to do; None when it is one."""
    if not isinstance(tag, str):
        return f"tag {_shown(tag)} is no text; expected 1 to {LONGEST_TAG} characters: write it as a text"
    if not 1 <= len(tag) <= LONGEST_TAG:
        what_to_do = "shorten it" if tag else "leave it out"
        return f"tag {_shown(tag)} has {len(tag)} characters; expected 1 to {LONGEST_TAG}: {what_to_do}"
    if tag != tag.strip():
        return f"tag {_shown(tag)} has blanks around it; expected none: strip it"
    if not tag.isprintable():
        strange = next(character for character in tag if not character.isprintable())
        return f"tag {_shown(tag)} holds {strange!r}; expected printable characters only: take it out"
    return None


def _shown(value: object) -> str:
    return bounded(repr(value), SHOWN_CHARACTERS)
