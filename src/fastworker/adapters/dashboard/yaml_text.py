"""JSON values as YAML, for the OpenAPI document: mappings and lists as blocks, everything else as JSON writes it.

A text in double quotes is the same in both languages, so no rule of YAML about plain words is needed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any


def yaml_text(value: Any) -> str:
    """Return a value as a YAML document."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Any) -> Iterator[str]:
    match value:
        case dict() if value:
            yield from _members(value)
        case list() if value:
            for item in value:
                first, *rest = _lines(item)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)
        case _:
            yield _plain(value)


def _members(value: Mapping[str, Any]) -> Iterator[str]:
    for name, member in value.items():
        key = _plain(name)
        if isinstance(member, dict | list) and member:
            yield f"{key}:"
            yield from (f"  {line}" for line in _lines(member))
        else:
            yield f"{key}: {_plain(member)}"


def _plain(value: Any) -> str:
    """Return a value as JSON; what YAML takes for the end of a line, or for no text, is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found[0]):04x}", text)
