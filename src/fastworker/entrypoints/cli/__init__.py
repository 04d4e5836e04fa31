"""The command line."""

import fastworker.entrypoints.plain_structlog  # noqa: F401 - first: see there

from .commands import main
from .servers import control_plane_command, subworker_command

__all__ = ["control_plane_command", "main", "subworker_command"]
