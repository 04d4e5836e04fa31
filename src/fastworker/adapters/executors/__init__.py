"""Where tasks run: `async def` in the event loop, `def` in threads, either in child processes on demand."""

from .forked import free_forks_of_our_signals
from .loop_executor import LoopExecutor
from .process_executor import ProcessExecutor
from .surroundings import ChildSurroundings
from .thread_executor import ThreadExecutor

__all__ = ["ChildSurroundings", "LoopExecutor", "ProcessExecutor", "ThreadExecutor", "free_forks_of_our_signals"]
