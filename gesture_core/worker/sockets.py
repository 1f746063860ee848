"""A socket, plain or encrypted, that one thread may read while another writes."""

from __future__ import annotations

import io
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable

WRITE_PATIENCE = 60.0
"""Seconds that the other end may leave what we send lying before it counts as gone."""
PIECE = 1 << 16


class SocketStream:
    """Bytes of a connected socket.

    An encrypted socket must not be read and written at the same moment, so every call is a short
    one under a lock, and waiting happens outside. `deadline` (of `time.monotonic`) ends waiting
    for bytes; TimeoutError then.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.deadline: float | None = None
        self.reader = io.BufferedReader(_Raw(self))
        self._socket = connection
        self._lock = threading.Lock()

    def __enter__(self) -> SocketStream:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def read_into(self, buffer: memoryview) -> int:
        """Wait for bytes; their count, 0 at the end of the stream."""
        return self._insist(lambda: self._socket.recv_into(buffer), True, self.deadline)

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        view = memoryview(data)
        end = time.monotonic() + WRITE_PATIENCE
        while view:
            piece = view[:PIECE]
            sent = self._insist(lambda piece=piece: self._socket.send(piece), False, end)
            view, end = view[sent:], time.monotonic() + WRITE_PATIENCE

    def flush(self) -> None:
        """Nothing is kept back."""

    def _insist(self, call: Callable[[], int], reads: bool, end: float | None) -> int:
        """Make a call that does not wait, again and again until it has something to say."""
        while True:
            try:
                with self._lock:
                    return call()
            except ssl.SSLWantReadError:
                reads = True
            except ssl.SSLWantWriteError:
                reads = False
            except BlockingIOError:
                pass
            left = None if end is None else max(end - time.monotonic(), 0.0)
            one = [self._socket]
            if not any(select.select(one if reads else [], [] if reads else one, [], left)):
                raise TimeoutError("the other end did not answer in time")


class _Raw(io.RawIOBase):
    """What `io.BufferedReader` reads from."""

    def __init__(self, stream: SocketStream) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        return self._stream.read_into(buffer)
