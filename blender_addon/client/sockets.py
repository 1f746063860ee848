"""A socket, plain or encrypted, that one thread may read while another writes."""

from __future__ import annotations

import io
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable

PIECE = 64 * 1024
WRITE_LIMIT = 60.0
"""Seconds after which a worker that takes nothing of what we send counts as gone."""


class SocketBytes(io.RawIOBase):
    """A connected socket as a stream; it ends for both threads when one closes it.

    An encrypted socket must not be read and written at the same moment: each call is short and
    under a lock, and waiting happens outside. `deadline` (of `time.monotonic`) ends waiting for
    bytes with a TimeoutError.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        connection.setblocking(False)
        self.deadline: float | None = None
        self._socket = connection
        self._lock = threading.Lock()

    def readable(self) -> bool:
        """Yes."""
        return True

    def writable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Wait for bytes; their count, 0 at the end."""
        return self._wait_for(lambda: self._socket.recv_into(buffer), True, self.deadline)

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Send all of `data`."""
        rest = memoryview(data)
        while rest:
            piece, end = rest[:PIECE], time.monotonic() + WRITE_LIMIT
            rest = rest[self._wait_for(lambda piece=piece: self._socket.send(piece), False, end) :]
        return len(data)

    def close(self) -> None:
        """Hang up; a thread that waits for bytes meets the end of the stream."""
        if not self.closed:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other end was faster
            super().close()

    def _wait_for(self, call: Callable[[], int], reads: bool, end: float | None) -> int:
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
                raise TimeoutError("the worker did not answer in time")
