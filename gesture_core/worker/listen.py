"""A worker for clients on other machines: a listening socket, a token, and jobs that take turns."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import socket
import ssl
import stat
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gesture_core import __version__
from gesture_core.errors import UserError
from gesture_core.jobs import REMOTE_JOBS, Job
from gesture_core.worker.frames import PROTOCOL, FrameError, Header, encode_frame, read_frame
from gesture_core.worker.serving import Worker
from gesture_core.worker.sockets import SocketStream

STRANGER_HEADER = 1024
"""Bytes of header that are read from a client that has not proved anything yet."""
STRANGER_PATIENCE = 10.0
"""Seconds that such a client has to prove that it knows the token."""
CLIENTS = 16
"""Connections at a time, strangers included."""
SHORTEST_TOKEN = 16

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"

log = logging.getLogger("momjit.worker")


@dataclass(frozen=True)
class Entrance:
    """Where to listen, and what lets a client in; `certificate`: a PEM file with its key."""

    host: str
    port: int
    token: bytes
    certificate: Path | None = None


def main(address: str, token_file: Path | None, certificate: Path | None) -> int:
    """Serve the program's jobs at `address`, HOST:PORT, until interrupted."""
    if token_file is None:
        raise UserError("--listen needs --token-file FILE: whoever knows the token may run jobs")
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    host, port = _parse(address)
    entrance = Entrance(host, port, read_token(token_file), certificate)
    with open_entrance(entrance) as listener:
        serve_network(listener, entrance, REMOTE_JOBS, __version__)
    return 0


def read_token(path: Path) -> bytes:
    """The token in a file that only its owner may read; `UserError` for any other file."""
    try:
        token = path.read_bytes().strip()
        others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    if os.name == "posix" and others:
        raise UserError(f"{path} may be read by others: chmod 600 {path}")
    if not SHORTEST_TOKEN <= len(token) <= 1000:
        raise UserError(
            f"{path}: a token has at least {SHORTEST_TOKEN} characters; "
            f"make one with: python -c 'import secrets; print(secrets.token_hex())' > {path}"
        )
    return token


def open_entrance(entrance: Entrance) -> socket.socket:
    """Begin to listen, and say where; `UserError` when that is not possible here."""
    family = socket.AF_INET6 if ":" in entrance.host else socket.AF_INET
    try:
        listener = socket.create_server((entrance.host, entrance.port), family=family)
    except OSError as error:
        raise UserError(f"cannot listen on {entrance.host}:{entrance.port}: {error}") from error
    host, port = listener.getsockname()[:2]
    log.info("listening on %s:%d", host, port)
    if entrance.certificate is not None:
        log.info("fingerprint %s", fingerprint(entrance.certificate))
    elif not host.startswith("127.") and host != "::1":
        log.warning("texts and recordings travel unencrypted: give --certificate, or use a tunnel")
    return listener


def serve_network(
    listener: socket.socket, entrance: Entrance, jobs: Mapping[str, Job], version: str
) -> None:
    """Let clients in, each on a thread of its own, until somebody closes `listener`."""
    context = None if entrance.certificate is None else _context(entrance.certificate)
    slots, turn = threading.BoundedSemaphore(CLIENTS), threading.Lock()
    while True:
        try:
            connection, peer = listener.accept()
        except OSError as error:
            log.info("no longer listening: %s", error)
            return
        if not slots.acquire(blocking=False):
            log.warning("%s was turned away: there are %d clients", peer[0], CLIENTS)
            connection.close()
            continue
        guest = _Guest(connection, str(peer[0]), entrance.token, context)
        arguments = (guest, jobs, version, turn, slots)
        threading.Thread(target=_serve_guest, args=arguments, daemon=True).start()


@dataclass(frozen=True)
class _Guest:
    """A connection that nothing is known of yet."""

    connection: socket.socket
    peer: str
    token: bytes
    context: ssl.SSLContext | None

    def welcome(self) -> SocketStream:
        """The stream of a client that knows the token; FrameError or OSError for anyone else."""
        self.connection.settimeout(STRANGER_PATIENCE)
        _keep_alive(self.connection)
        secured = self.connection
        if self.context is not None:
            secured = self.context.wrap_socket(self.connection, server_side=True)
        stream = SocketStream(secured)
        stream.deadline = time.monotonic() + STRANGER_PATIENCE
        prove(stream, self.token)
        stream.deadline = None
        return stream


def prove(stream: SocketStream, token: bytes) -> None:
    """Let the client prove that it knows the token, then prove it to the client; or FrameError."""
    ours = secrets.token_hex()
    stream.write(encode_frame({"type": "challenge", "protocol": PROTOCOL, "nonce": ours}))
    frame = read_frame(stream.reader, STRANGER_HEADER, 0)
    if frame is None:
        raise FrameError("it went without a proof")
    theirs, proof = frame[0].get("nonce"), frame[0].get("mac")
    if not isinstance(theirs, str) or not isinstance(proof, str) or len(theirs) < 32:
        raise FrameError("it sent no proof")
    if not (theirs + proof).isascii():
        raise FrameError("its proof is not hexadecimal")
    if not hmac.compare_digest(_mac(token, "client", ours, theirs), proof.encode()):
        refusal: Header = {"type": "refused", "protocol": PROTOCOL, "message": "wrong token"}
        stream.write(encode_frame(refusal))
        raise FrameError("it does not know the token")
    mac = _mac(token, "worker", ours, theirs).decode()
    stream.write(encode_frame({"type": "welcome", "mac": mac}))


def _mac(token: bytes, who: str, ours: str, theirs: str) -> bytes:
    words = "\n".join((f"momjit {who}", ours, theirs))
    return hmac.new(token, words.encode(), hashlib.sha256).hexdigest().encode()


def _serve_guest(
    guest: _Guest,
    jobs: Mapping[str, Job],
    version: str,
    turn: threading.Lock,
    slots: threading.BoundedSemaphore,
) -> None:
    with closing(guest.connection):
        try:
            with guest.welcome() as stream:
                log.info("%s is in", guest.peer)
                Worker(stream.reader, stream, jobs, version, turn).serve()
                log.info("%s has gone", guest.peer)
        except (FrameError, OSError) as error:
            log.warning("%s was not let in: %s", guest.peer, error)
        finally:
            slots.release()


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the first certificate in a PEM file, in hexadecimal."""
    try:
        pem = certificate.read_text("ascii")
        begin, end = pem.index(_BEGIN), pem.index(_END) + len(_END)
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[begin:end])).hexdigest()
    except (OSError, ValueError) as error:
        raise UserError(f"{certificate}: {error}; {_certificate_advice(certificate)}") from error


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        raise UserError(f"{certificate}: {error}; {_certificate_advice(certificate)}") from error
    return context


def _certificate_advice(path: Path) -> str:
    return (
        "a PEM file with a certificate and its key is needed; make one with: openssl req -x509 "
        "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=momjit "
        f"-keyout {path} -out {path}"
    )


def _keep_alive(connection: socket.socket) -> None:
    """Notice within minutes that a client's machine has gone without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _parse(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise UserError(f"--listen {address}: write HOST:PORT, such as 127.0.0.1:7788")
    return host.strip("[]") or "127.0.0.1", int(port)
