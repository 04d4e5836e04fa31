"""The command line."""

from .commands import main
from .servers import control_plane_command, subworker_command

__all__ = ["control_plane_command", "main", "subworker_command"]
