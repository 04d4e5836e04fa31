"""One child process, as its worker sees it."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from fastworker.application.execution import Execution
from fastworker.application.ports.codec import PayloadCodec
from fastworker.domain.task import Outcome

from .process_frames import READ_BYTES, FrameReader, Header, frame, notes_of, outcome_of, run_header
from .surroundings import ChildSurroundings, as_header

EXIT_SECONDS = 1.0
"""How long a child may take to leave; then it is killed."""

_MODULE = f"{__package__}.process_child"


@dataclass(frozen=True, slots=True)
class ChildNews:
    """Whom a child's news go to; all are called on the event loop. `died` comes once and last."""

    ready: "Callable[[ChildProcess], None]"
    noted: Callable[[Execution], None]
    ended: "Callable[[ChildProcess, Execution, Outcome], None]"
    died: "Callable[[ChildProcess], None]"


class ChildProcess:
    """A process of its own session, with nothing open but its socket, stdout and stderr.

    It is started in the thread of the event loop, since the kernel kills it with the thread that started it. A thread
    waits for its end: the socket does not tell, a process that the task forked may hold it open.
    """

    def __init__(
        self, codec: type[PayloadCodec], news: ChildNews, surroundings: ChildSurroundings | None = None
    ) -> None:
        """Start it; raises OSError when the system gives no process, RuntimeError when it gives no thread."""
        self.execution: Execution | None = None
        self.attempts = 0
        self.resident_bytes = 0
        self.is_ready = False
        self.is_leaving = False
        self.was_killed = False
        self._news = news
        self._fault = ""
        self._loop = asyncio.get_running_loop()
        self._reader = FrameReader()
        self._unsent = bytearray()
        self._has_noted = False
        self._is_deaf = False
        self._last_call: asyncio.TimerHandle | None = None
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = self._spawn(theirs)
        threading.Thread(target=self._wait, name=f"fastworker-child-{self.pid}", daemon=True).start()
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket, self._read)
        self._send(_hello(codec, surroundings))

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def end(self) -> str:
        """How a dead child ended, as the end of a sentence about it."""
        code = self._process.returncode
        if self.was_killed and self._fault:
            return f"was killed: {self._fault}"
        if code >= 0:
            return f"exited with code {code}"
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"was ended by {name}" + (
            " (the kernel does this when memory runs out)" if -code == signal.SIGKILL else ""
        )

    def run(self, execution: Execution) -> bool:
        """Give an attempt to an idle child; False when it is dead, and never heard of it."""
        self._send(frame(run_header(execution), execution.payload))
        if self._is_deaf:
            return False
        self.execution = execution
        self.attempts += 1
        execution.started_at = execution.now()
        return True

    def dismiss(self) -> None:
        """Have an idle child leave."""
        self.is_leaving = True
        self._hang_up()
        self._kill_soon()

    def kill(self) -> None:
        """End it now, and what its task has started."""
        self.is_leaving = self.was_killed = True
        with suppress(ProcessLookupError, PermissionError):  # it has ended; macOS says it in the second way
            os.killpg(self.pid, signal.SIGKILL)

    def _spawn(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        descriptor = theirs.fileno()
        # -P: a file of the user's in the current directory must not take the place of a module of the library
        options = [*subprocess._args_from_interpreter_flags(), "-P"]  # type: ignore[attr-defined] # as multiprocessing
        try:
            return subprocess.Popen(
                [sys.executable, *options, "-m", _MODULE, str(descriptor), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                pass_fds=(descriptor,),
                start_new_session=True,
            )
        except BaseException:
            self._socket.close()
            raise

    def _wait(self) -> None:
        self._process.wait()
        with suppress(RuntimeError):  # the loop is closed: nobody waits for this child any more
            self._loop.call_soon_threadsafe(self._bury)

    def _bury(self) -> None:
        while self._socket.fileno() >= 0 and self._read():
            pass  # its last words
        self._hang_up()
        if self._last_call is not None:
            self._last_call.cancel()
        self._news.died(self)

    def _read(self) -> bool:
        """Hear what has come; False when nothing has, or nothing more will."""
        try:
            data = self._socket.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            data = b""
        if data:
            self._hear(data)
            return True
        self._hang_up()
        self._give_up("it closed its connection to the worker")
        return False

    def _hear(self, data: bytes) -> None:
        try:
            frames = list(self._reader.feed(data))
        except ValueError as error:  # the task wrote into a descriptor that is not its own
            self._hang_up()
            self._give_up(f"what came from it cannot be read: {error}")
            return
        for header, payload in frames:
            self._take(header, payload)
        self._tell_notes()

    def _take(self, header: Header, payload: bytes) -> None:
        execution = self.execution
        match header["kind"]:
            case "ready":
                self.is_ready = True
                self._news.ready(self)
            case "begun" if execution is not None:
                execution.started_at = execution.now()
            case "note" if execution is not None and execution.token == header["token"]:
                for note in notes_of(header):
                    execution.notes.add(note)
                self._has_noted = True
            case "outcome" if execution is not None:
                self._tell_notes()
                self.resident_bytes = header["resident_bytes"]
                self.execution = None
                self._news.ended(self, execution, outcome_of(header, payload))

    def _tell_notes(self) -> None:
        """Tell once for all that came together."""
        if self._has_noted and self.execution is not None:
            self._news.noted(self.execution)
        self._has_noted = False

    def _send(self, data: bytes) -> None:
        is_stuck = bool(self._unsent)
        self._unsent += data
        if not is_stuck:
            self._write()
            if self._unsent:
                self._loop.add_writer(self._socket, self._write)

    def _write(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # it is dead, and will be buried
            self._is_deaf = True
            sent = len(self._unsent)
        del self._unsent[:sent]
        if not self._unsent and self._socket.fileno() >= 0:
            self._loop.remove_writer(self._socket)

    def _hang_up(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()

    def _give_up(self, fault: str) -> None:
        """Kill a child that can no longer be heard, unless it ends by itself now."""
        if not self.is_leaving:
            self._fault = fault
            self.is_leaving = True
            self._kill_soon()

    def _kill_soon(self) -> None:
        if self._last_call is None:
            self._last_call = self._loop.call_later(EXIT_SECONDS, self.kill)


def _hello(codec: type[PayloadCodec], surroundings: ChildSurroundings | None) -> bytes:
    header = {
        "kind": "hello",
        "path": list(map(str, sys.path)),
        "codec": f"{codec.__module__}:{codec.__qualname__}",
        "log_level": logging.getLogger().level,
        "surroundings": as_header(surroundings),
    }
    return frame(header)
