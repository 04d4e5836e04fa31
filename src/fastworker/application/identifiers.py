"""Callable types for what the application is given instead of making it itself."""

from collections.abc import Callable

type NewId = Callable[[], str]
"""Makes an id that nobody has made before; for tasks a UUIDv7."""
