"""Values that are made for every task."""

from dataclasses import dataclass
from typing import dataclass_transform


@dataclass_transform(frozen_default=True)
def value[C](cls: type[C]) -> type[C]:
    """Make a class a frozen dataclass for the type checker, and one that is quick to make at run time.

    Freezing at run time makes each instance four times as dear (0.58 against 0.13 µs with six fields, measured), and
    the control plane makes nine of them per task: a fifth of its time.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
