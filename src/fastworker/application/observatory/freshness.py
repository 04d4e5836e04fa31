"""What is kept of events that come in batches is brought up to date when somebody reads it."""

from collections.abc import Callable

type Refresh = Callable[[], None]
"""Takes in what has come since the last time."""


def always_fresh() -> None:
    """Do nothing: there is nobody who keeps something back."""
