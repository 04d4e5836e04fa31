"""The child's end of the socket between a worker and its child process."""

import os
import socket
import threading
from collections import deque
from collections.abc import Iterator

from fastworker.application.execution import Execution

from .forked import free_forks_of_our_signals
from .process_frames import READ_BYTES, FrameReader, Header, frame, note_header


class ParentLink:
    """Frames from and to the worker. A worker that is gone ends the process: nobody waits for what it does."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._outgoing: deque[bytes] = deque()
        self._sending = threading.Lock()
        self._is_cut = False
        os.register_at_fork(after_in_child=self._cut)
        free_forks_of_our_signals()

    def frames(self) -> Iterator[tuple[Header, bytes]]:
        """Give what the worker says, until it says no more."""
        reader = FrameReader()
        try:
            while data := self._socket.recv(READ_BYTES):
                yield from reader.feed(data)
        except ConnectionError:  # the worker was killed
            return

    def send(self, header: Header, payload: bytes = b"") -> None:
        """Send a frame; from any thread, also while this thread sends (a finalizer may log anywhere).

        Whoever sends already takes this frame along: a lock to wait for could be held further up this very stack.
        """
        if self._is_cut:
            return
        self._outgoing.append(frame(header, payload))
        while self._outgoing and self._sending.acquire(blocking=False):
            try:
                self._send_outgoing()
            finally:
                self._sending.release()

    def announce(self, execution: Execution) -> None:
        """Send what an attempt has noted."""
        notes = execution.notes.take()
        if notes:
            self.send(note_header(execution.token, notes))

    def _send_outgoing(self) -> None:
        while self._outgoing:
            data = self._outgoing.popleft()
            try:
                self._socket.sendall(data)
            except OSError:
                os._exit(1)

    def _cut(self) -> None:
        """In a process that the task has forked: be silent, and let it be ended as any other."""
        self._is_cut = True
        self._socket.close()


UNDISTURBED = frozenset({ParentLink.announce.__code__, ParentLink.send.__code__})
"""Code that no signal handler may leave by an exception: half a frame would be sent."""
