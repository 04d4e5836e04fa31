"""What operators call a worker, beside its id: `zone=eu`. For people; no task is given to a worker by them."""

from collections.abc import Mapping

MOST_LABELS = 16
LONGEST_KEY = 60
LONGEST_VALUE = 100
_BESIDE_LETTERS = "-_./"


def split_label(text: str) -> tuple[str, str]:
    """Return key and value of `key=value`; a text without `=` has no value."""
    key, _, value = text.partition("=")
    return key, value


def fault_of_label(key: str, value: str) -> str | None:
    """Return what a label should be like; None when it is."""
    if not 1 <= len(key) <= LONGEST_KEY or not all(map(_is_in_key, key)):
        return f"expected KEY=VALUE with a key of 1 to {LONGEST_KEY} letters, digits, or any of {_BESIDE_LETTERS}"
    if not 1 <= len(value) <= LONGEST_VALUE or not value.isprintable():
        return f"expected KEY=VALUE with a value of 1 to {LONGEST_VALUE} printable characters"
    return None


def fault_of_labels(labels: Mapping[str, str]) -> str | None:
    """Return what is wrong with the labels of one worker; None when nothing is."""
    if len(labels) > MOST_LABELS:
        return f"a worker has at most {MOST_LABELS} labels"
    return next((fault for each in labels.items() if (fault := fault_of_label(*each)) is not None), None)


def _is_in_key(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in _BESIDE_LETTERS)
