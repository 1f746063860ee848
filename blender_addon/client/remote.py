"""A worker on another machine: a socket, and the proof that both ends know the token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from io import BufferedReader
from typing import BinaryIO, cast

from .errors import BackendError
from .frames import PROTOCOL, Frame, ProtocolError, receive
from .sockets import SocketBytes

PATIENCE = 10.0
"""Seconds for the connection and for the handshake, each."""
HANDSHAKE_HEADER = 1024


@dataclass(frozen=True)
class RemoteWorker:
    """Where a worker listens; with a `fingerprint` of its certificate the line is encrypted."""

    host: str
    port: int
    token: str = field(repr=False)
    fingerprint: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def connect(self) -> SocketChannel:
        """A channel that is not open yet."""
        return SocketChannel(self)


def remote_worker(address: str, token: str, fingerprint: str) -> RemoteWorker:
    """A worker from what the user typed; BackendError names what is missing or wrong."""
    host, colon, port = address.strip().rpartition(":")
    if not host or not colon or not port.isdecimal() or not 0 < int(port) < 65536:
        raise BackendError(
            f"the worker's address is HOST:PORT, such as 192.168.0.7:7788, not {address!r}"
        )
    if not token.strip():
        raise BackendError("the remote worker needs its token: what is in its token file")
    digits = fingerprint.replace(":", "").strip().lower()
    if digits and (len(digits) != 64 or set(digits) - set("0123456789abcdef")):
        raise BackendError("the fingerprint is the 64 hexadecimal digits that the worker prints")
    return RemoteWorker(host.strip("[]"), int(port), token.strip(), digits)


class SocketChannel:
    """One connection to a remote worker, which keeps its log to itself."""

    def __init__(self, worker: RemoteWorker) -> None:
        self.log: deque[str] = deque(maxlen=1)
        self._worker = worker
        self._stream: SocketBytes | None = None
        self._closed = False

    @property
    def alive(self) -> bool:
        """Whether nobody has hung up."""
        return not self._closed

    def open(self) -> tuple[BinaryIO, BinaryIO]:
        """Connect and prove that we know the token; OSError or ProtocolError says why not."""
        place = str(self._worker)
        try:
            connection = socket.create_connection((self._worker.host, self._worker.port), PATIENCE)
        except OSError as error:
            raise OSError(f"no worker can be reached at {place}: {error}") from error
        try:
            if self._worker.fingerprint:
                connection = _encrypted(connection, self._worker.fingerprint)
            stream = SocketBytes(connection)
            reader = cast(BinaryIO, BufferedReader(stream))
            stream.deadline = time.monotonic() + PATIENCE
            _prove(reader, stream, self._worker.token)
        except (OSError, ProtocolError) as error:
            connection.close()
            raise ProtocolError(f"the worker at {place} did not let us in: {error}") from error
        stream.deadline = None
        self._stream = stream
        if self._closed:  # while we were knocking
            stream.close()
        return reader, cast(BinaryIO, stream)

    def close(self, patience: float) -> str:
        """Hang up at once: the worker cancels our jobs by itself."""
        self._closed = True
        if self._stream:
            self._stream.close()
        return "the connection was lost"


def _encrypted(connection: socket.socket, fingerprint: str) -> socket.socket:
    """TLS to the holder of the certificate with this fingerprint, whoever signed it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        secured = context.wrap_socket(connection)
    except (ssl.SSLError, TimeoutError) as error:
        raise ProtocolError(
            f"it does not encrypt ({error}); start it with --certificate, or clear the fingerprint"
        ) from error
    found = hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
    if not hmac.compare_digest(found, fingerprint):
        secured.close()
        raise ProtocolError(f"its certificate is another one, with the fingerprint {found}")
    return secured


def _prove(reader: BinaryIO, stream: SocketBytes, token: str) -> None:
    challenge = _hear(reader, "challenge")
    if challenge.header.get("protocol") != PROTOCOL:
        raise ProtocolError(
            f"it speaks protocol {challenge.header.get('protocol')!r:.50}, this add-on {PROTOCOL}: "
            "update the older of the two"
        )
    theirs, ours = str(challenge.header.get("nonce")), secrets.token_hex()
    proof = _mac(token, "client", theirs, ours)
    stream.write(Frame({"type": "proof", "nonce": ours, "mac": proof}).encode())
    welcome = _hear(reader, "welcome")
    mac = str(welcome.header.get("mac"))
    if not hmac.compare_digest(mac.encode(), _mac(token, "worker", theirs, ours).encode()):
        raise ProtocolError("it does not know the token itself: this may be a stranger's")


def _hear(reader: BinaryIO, kind: str) -> Frame:
    frame = receive(reader, HANDSHAKE_HEADER, 0)
    if frame is None:
        raise ProtocolError("it hung up; if it encrypts, its fingerprint is needed")
    if frame.type == "refused":
        raise ProtocolError(str(frame.header.get("message")))
    if frame.type != kind:
        raise ProtocolError(f"it said {frame.type!r:.50} in place of {kind!r}")
    return frame


def _mac(token: str, who: str, theirs: str, ours: str) -> str:
    words = "\n".join((f"momjit {who}", theirs, ours))
    return hmac.new(token.encode(), words.encode(), hashlib.sha256).hexdigest()
