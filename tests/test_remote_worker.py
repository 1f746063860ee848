"""A worker that listens: its token, its bounds towards strangers, clients that take turns."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blender_addon.client import remote
from blender_addon.client.backend import Backend, Limits
from blender_addon.client.errors import BackendError
from blender_addon.client.frames import Frame, receive
from blender_addon.client.job import State
from blender_addon.client.remote import RemoteWorker, remote_worker
from gesture_core.errors import UserError
from gesture_core.worker import listen
from gesture_core.worker.listen import Entrance, fingerprint, open_entrance, read_token
from tests.fake_worker import JOBS
from tests.test_worker import finish, in_a_while, until_running

TOKEN = "a token of some length"


def serve(certificate: Path | None = None) -> socket.socket:
    entrance = Entrance("127.0.0.1", 0, TOKEN.encode(), certificate)
    listener = open_entrance(entrance)
    arguments = (listener, entrance, JOBS, "far")
    threading.Thread(target=listen.serve_network, args=arguments, daemon=True).start()
    return listener


def port_of(listener: socket.socket) -> int:
    return listener.getsockname()[1]


def hang_up(listener: socket.socket) -> None:
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def port() -> Iterator[int]:
    listener = serve()
    yield port_of(listener)
    hang_up(listener)


@pytest.fixture
def connect(port: int) -> Iterator[Callable[..., Backend]]:
    made: list[Backend] = []

    def connect(token: str = TOKEN, at: int = port, pinned: str = "") -> Backend:
        made.append(Backend(RemoteWorker("127.0.0.1", at, token, pinned), Limits(cancel=20.0)))
        return made[-1]

    yield connect
    for backend in made:
        backend.close()


def test_jobs_and_their_files_cross_both_ways(connect: Callable[..., Backend], tmp_path: Path):
    backend = connect()
    sent = tmp_path / "대본.txt"
    sent.write_bytes(os.urandom(3_000_000))
    job = finish(backend.submit("files", {"script": sent}, beside=[Path(__file__)]))
    assert job.state is State.DONE, job.error
    assert job.result == {
        "argument": sent.name,
        "lying there": sorted([sent.name, "test_remote_worker.py"]),
    }
    assert job.files[sent.name] == sent.read_bytes()
    assert backend.version == "far"
    assert "echo" in backend.offers
    folder = Path(finish(backend.submit("folder", {"script": sent})).result["folder"])
    assert in_a_while(lambda: not folder.exists())


def test_a_wrong_token_is_refused_and_the_right_one_still_works(connect: Callable[..., Backend]):
    job = finish(connect(token="a token of some lengths").submit("count", {}))
    assert job.state is State.FAILED
    assert "did not let us in: wrong token" in job.error
    assert finish(connect().submit("count", {})).state is State.DONE


def test_a_worker_that_is_not_there_is_named(connect: Callable[..., Backend]):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    job = finish(connect(at=closed).submit("count", {}))
    assert f"no worker can be reached at 127.0.0.1:{closed}" in job.error


def stranger(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20.0)
    challenge = receive(connection.makefile("rb"))  # type: ignore[arg-type]
    assert challenge is not None
    assert challenge.type == "challenge"
    return connection


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        Frame({"type": "start", "id": 1, "job": "count", "arguments": {}}).encode(),
        Frame({"type": "proof", "nonce": "x" * 64}).encode(),
        Frame({"type": "proof", "nonce": "x" * 64, "mac": "0" * 64}).encode(),
        Frame({"type": "proof", "nonce": "", "mac": "0" * 64}).encode(),
        Frame({"type": "proof", "nonce": "\ud800" * 64, "mac": "0" * 64}).encode(),
        Frame({"type": "proof", "filler": "x" * 2000}).encode(),
        Frame({"type": "proof"}, b"a body").encode(),
        b"MJIT\0\0\0\x0c" + (2**30).to_bytes(8, "big"),
    ],
)
def test_a_stranger_gets_nowhere(port: int, said: bytes, connect: Callable[..., Backend]):
    with stranger(port) as connection:
        connection.sendall(said)
        answers = connection.makefile("rb").read()
    assert b"welcome" not in answers
    assert b"hello" not in answers
    assert finish(connect().submit("count", {})).state is State.DONE


def test_a_silent_stranger_is_sent_away(monkeypatch: pytest.MonkeyPatch, port: int):
    monkeypatch.setattr(listen, "STRANGER_PATIENCE", 0.3)
    start = time.monotonic()
    with stranger(port) as connection:
        assert connection.makefile("rb").read() == b""
    assert time.monotonic() - start < 10.0


def test_the_token_does_not_cross(monkeypatch: pytest.MonkeyPatch, connect: Callable[..., Backend]):
    crossed: list[bytes] = []
    write = remote.SocketBytes.write

    def spy(self: remote.SocketBytes, data: bytes) -> int:
        crossed.append(data)
        return write(self, data)

    monkeypatch.setattr(remote.SocketBytes, "write", spy)
    assert finish(connect().submit("count", {})).state is State.DONE
    assert len(crossed) == 3  # proof, hello, start
    assert TOKEN.encode() not in b"".join(crossed)


def impostor(*answers: Frame) -> int:
    """A server that says this to whoever comes, after the first word of either."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with listener, listener.accept()[0] as connection:
            for answer in answers:
                connection.sendall(answer.encode())
            connection.settimeout(5.0)
            while connection.recv(65536):
                pass

    threading.Thread(target=talk, daemon=True).start()
    return port_of(listener)


CHALLENGE = Frame({"type": "challenge", "protocol": 2, "nonce": "0" * 64})


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([CHALLENGE, Frame({"type": "welcome", "mac": "0" * 64})], "may be a stranger's"),
        ([CHALLENGE, Frame({"type": "welcome"})], "may be a stranger's"),
        ([Frame({**CHALLENGE.header, "protocol": 99})], "speaks protocol 99"),
        ([Frame({"type": "hello", "protocol": 2})], "said 'hello' in place of 'challenge'"),
        ([Frame({"type": "challenge", "filler": "x" * 2000})], "is over"),
        ([Frame({"type": "refused", "message": "full"})], "did not let us in: full"),
    ],
)
def test_a_worker_that_cannot_prove_itself_gets_no_job(
    connect: Callable[..., Backend], answers: list[Frame], reason: str
):
    job = finish(connect(at=impostor(*answers)).submit("count", {}))
    assert job.state is State.FAILED
    assert reason in job.error


def test_clients_take_turns_and_are_told(connect: Callable[..., Backend]):
    first, second = connect(), connect()
    running = first.submit("slow", {})
    until_running(running)
    waiting = second.submit("count", {})
    assert in_a_while(lambda: waiting.poll() or waiting.message == "waiting for another user")
    assert not waiting.ended
    unwanted = connect().submit("count", {})
    until_running(unwanted)
    unwanted.cancel()
    assert finish(unwanted).state is State.CANCELLED
    running.cancel()
    assert finish(running).state is State.CANCELLED
    assert finish(waiting).state is State.DONE


def test_a_client_that_goes_takes_its_job_along(connect: Callable[..., Backend]):
    gone = connect()
    until_running(gone.submit("slow", {}))
    gone.close()
    assert finish(connect().submit("count", {}), 15.0).state is State.DONE


def test_a_worker_that_ends_in_the_middle_fails_the_job_and_the_next_one_asks_again(
    connect: Callable[..., Backend],
):
    backend = connect()
    job = backend.submit("slow", {})
    until_running(job)
    connection = backend._connection
    assert connection is not None
    connection.channel._stream._socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
    assert finish(job).state is State.FAILED
    assert "the connection was lost" in job.error
    assert finish(backend.submit("count", {}), 15.0).state is State.DONE


# Encryption


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    path = tmp_path_factory.mktemp("tls") / "momjit.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", "/CN=momjit", "-days", "2", "-keyout", str(path), "-out", str(path)]
    subprocess.run(["openssl", "req", "-x509", *key, *subject], check=True, capture_output=True)
    return path


def test_an_encrypted_worker_is_known_by_its_fingerprint(
    certificate: Path, connect: Callable[..., Backend], tmp_path: Path
):
    listener = serve(certificate)
    pinned = fingerprint(certificate)
    sent = tmp_path / "noise.bin"
    sent.write_bytes(os.urandom(5_000_000))
    backend = connect(at=port_of(listener), pinned=pinned)
    jobs = [backend.submit("files", {"script": sent}) for _ in range(3)]  # both ways at once
    assert [finish(job).files[sent.name] == sent.read_bytes() for job in jobs] == [True] * 3
    job = finish(connect(at=port_of(listener), pinned="0" * 64).submit("count", {}))
    assert f"with the fingerprint {pinned}" in job.error
    hang_up(listener)


def test_one_side_that_encrypts_alone_says_so(
    certificate: Path,
    port: int,
    connect: Callable[..., Backend],
    monkeypatch: pytest.MonkeyPatch,
):
    job = finish(connect(pinned="0" * 64).submit("count", {}))
    assert "clear the fingerprint" in job.error
    monkeypatch.setattr(listen, "STRANGER_PATIENCE", 0.3)
    listener = serve(certificate)
    job = finish(connect(at=port_of(listener)).submit("count", {}))
    assert "its fingerprint is needed" in job.error
    hang_up(listener)


# What the user types


@pytest.mark.parametrize(
    ("address", "token", "pinned", "reason"),
    [
        ("", TOKEN, "", "HOST:PORT"),
        ("studio", TOKEN, "", "HOST:PORT"),
        ("studio:99999", TOKEN, "", "HOST:PORT"),
        ("studio:7788", "  ", "", "needs its token"),
        ("studio:7788", TOKEN, "abc", "64 hexadecimal digits"),
    ],
)
def test_what_is_missing_is_said(address: str, token: str, pinned: str, reason: str):
    with pytest.raises(BackendError, match=reason):
        remote_worker(address, token, pinned)


def test_addresses_are_read():
    worker = remote_worker(" studio:7788 ", f"{TOKEN}\n", "AB:" * 31 + "ab")
    assert (worker.host, worker.port, worker.token) == ("studio", 7788, TOKEN)
    assert worker.fingerprint == "ab" * 32
    assert TOKEN not in repr(worker)
    assert remote_worker("[::1]:7788", TOKEN, "").host == "::1"


def token_file(folder: Path, text: str = TOKEN, mode: int = 0o600) -> Path:
    path = folder / "token.txt"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX thing")
def test_a_token_that_others_can_read_or_guess_is_refused(tmp_path: Path):
    assert read_token(token_file(tmp_path, f"{TOKEN}\n")) == TOKEN.encode()
    with pytest.raises(UserError, match="chmod 600"):
        read_token(token_file(tmp_path, mode=0o640))
    with pytest.raises(UserError, match="at least 16 characters"):
        read_token(token_file(tmp_path, "1234"))
    with pytest.raises(UserError, match="No such file"):
        read_token(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--listen", "127.0.0.1:0"], "needs --token-file"),
        (["--listen", "7788", "--token-file", "{token}"], "write HOST:PORT"),
        (["--token-file", "{token}"], "go with --listen"),
    ],
)
def test_wrong_options_are_the_users_to_fix(tmp_path: Path, options: list[str], reason: str):
    token = str(token_file(tmp_path))
    command = [sys.executable, "-m", "gesture_core.cli", "worker"]
    done = subprocess.run(
        [*command, *(option.format(token=token) for option in options)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert reason in done.stderr


def test_the_program_listens_for_one_who_has_its_token(
    tmp_path: Path, connect: Callable[..., Backend]
):
    command = [sys.executable, "-m", "gesture_core.cli", "worker", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        [*command, "--token-file", str(token_file(tmp_path))],
        stderr=subprocess.PIPE,
        text=True,
        # what runs in the background of a script would ignore the interruption
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        at = int(said.rpartition(":")[2])
        job = finish(connect(at=at).submit("styles", {}))
        assert "neutral" in [row["name"] for row in job.result["items"]]
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20.0) == 130
