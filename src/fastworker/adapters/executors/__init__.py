"""Where tasks run: `async def` in the event loop, `def` in threads."""

from .loop_executor import LoopExecutor
from .thread_executor import ThreadExecutor

__all__ = ["LoopExecutor", "ThreadExecutor"]
