"""How many peers are connected to a socket.

NNG tells of connections on threads of its own, and may tell that one is there after it has told that it is gone: in
pynng's `socket.pipes` such a one stays for ever. Here each is counted from before it is used until it is gone, in
whichever order the two are told. pynng calls one callback of a socket at a time, so no lock is needed among them.
"""

import pynng


class Connections:
    """The connections of a socket, from its first one on: to be made before the socket listens."""

    def __init__(self, socket: pynng.Socket) -> None:
        self._open: set[int] = set()
        self._ended_early: set[int] = set()  # until they begin
        socket.add_pre_pipe_connect_cb(self._begin)
        socket.add_post_pipe_remove_cb(self._end)

    def __len__(self) -> int:
        return len(self._open)

    def _begin(self, pipe: pynng.Pipe) -> None:
        if pipe.id in self._ended_early:
            self._ended_early.remove(pipe.id)
        else:
            self._open.add(pipe.id)

    def _end(self, pipe: pynng.Pipe) -> None:
        if pipe.id in self._open:
            self._open.remove(pipe.id)
        else:
            self._ended_early.add(pipe.id)
