"""The worker's protocol, against the add-on's own client and against broken streams."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.client import frames as theirs
from blender_addon.client.backend import Backend, Limits
from blender_addon.client.catalogue import KINDS, Catalogue
from blender_addon.client.errors import BackendError
from blender_addon.client.job import Job, State
from blender_addon.client.process import LocalWorker, ProcessChannel
from blender_addon.core.clip_reader import read_clip
from gesture_core import jobs as program_jobs
from gesture_core.worker import frames as ours
from gesture_core.worker.pipes import GRACE

FAKE = Path(__file__).parent / "fake_worker.py"
COMMAND = (sys.executable, str(FAKE))
FAKE_WORKER = LocalWorker(COMMAND)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
headers = st.dictionaries(st.text(), json_values, max_size=4).map(lambda d: {**d, "type": "x"})


@pytest.fixture
def backend():
    backend = Backend(FAKE_WORKER, Limits(start=60.0, silence=60.0, cancel=30.0))
    yield backend
    backend.close()


def finish(job: Job, seconds: float = 60.0) -> Job:
    end = time.monotonic() + seconds
    while not job.poll():
        assert time.monotonic() < end, f"{job} did not end"
        time.sleep(0.005)
    return job


def until_running(job: Job) -> None:
    end = time.monotonic() + 60.0
    while job.state is State.WAITING and time.monotonic() < end:
        job.poll()
        time.sleep(0.005)
    assert job.state is State.RUNNING


def in_a_while(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether it comes true: the log and dying processes are not tied to the answers."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


# Frames


@given(headers, st.binary(max_size=200))
def test_frames_of_either_side_are_read_by_the_other(header: dict[str, object], body: bytes):
    sent_by_us = io.BytesIO(ours.encode_frame(header, body))
    received = theirs.receive(sent_by_us)
    assert received == theirs.Frame(header, body)
    sent_by_them = io.BytesIO(theirs.Frame(header, body).encode())
    assert ours.read_frame(sent_by_them) == (header, body)
    assert theirs.receive(sent_by_us) is None
    assert ours.read_frame(sent_by_them) is None


def frame_bytes(header: bytes, body: bytes = b"", *, mark: bytes = b"MJIT") -> bytes:
    return mark + len(header).to_bytes(4, "big") + len(body).to_bytes(8, "big") + header + body


BROKEN = {
    "another mark": frame_bytes(b'{"type":"x"}', mark=b"HTTP"),
    "a stray print": b"loading the model...\n",
    "a header that is not JSON": frame_bytes(b"{type: x}"),
    "a header that is not UTF-8": frame_bytes(b'{"type":"\xff"}'),
    "a header that is a list": frame_bytes(b"[]"),
    "a header without a type": frame_bytes(b"{}"),
    "a header with NaN": frame_bytes(b'{"type":"x","fraction":NaN}'),
    "a header nested too deeply": frame_bytes(b"[" * 500_000),
    "an empty header": frame_bytes(b""),
    "an oversized header": frame_bytes(b'{"type":"x"}' + b" " * 2**20),
    "an oversized body": b"MJIT" + (12).to_bytes(4, "big") + (2**30 + 1).to_bytes(8, "big"),
    "a body that never comes": b"MJIT\0\0\0\x0c" + (2**30).to_bytes(8, "big") + b'{"type":"x"}',
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_broken_frames_are_refused_by_both_sides(data: bytes):
    with pytest.raises(ours.FrameError):
        ours.read_frame(io.BytesIO(data))
    with pytest.raises(theirs.ProtocolError):
        theirs.receive(io.BytesIO(data))


@pytest.mark.parametrize("name", ["an oversized header", "an oversized body"])
def test_sizes_are_checked_before_anything_is_read(name: str):
    with pytest.raises(ours.FrameError, match="over the limit"):
        ours.read_frame(io.BytesIO(BROKEN[name]))
    with pytest.raises(theirs.ProtocolError, match="is over"):
        theirs.receive(io.BytesIO(BROKEN[name]))


@given(st.integers(1, 40))
@settings(max_examples=40)
def test_truncated_frames_are_refused_by_both_sides(cut: int):
    data = frame_bytes(b'{"type":"x"}', b"0123456789abcdef")[:-cut]
    if not data:
        return
    with pytest.raises(ours.FrameError):
        ours.read_frame(io.BytesIO(data))
    with pytest.raises(theirs.ProtocolError):
        theirs.receive(io.BytesIO(data))


def test_frames_over_the_bounds_are_not_sent():
    long = {"type": "x", "text": "가" * 400_000}
    with pytest.raises(ours.FrameError):
        ours.encode_frame(long)
    with pytest.raises(theirs.ProtocolError):
        theirs.Frame(long).encode()
    with pytest.raises(theirs.ProtocolError):
        theirs.Frame({"type": "x", "n": float("nan")}).encode()


def test_half_a_character_does_not_keep_the_worker_from_answering(backend: Backend):
    said = ours.encode_frame({"type": "x", "message": "half a character: \ud800"})
    assert ours.read_frame(io.BytesIO(said)) == (
        {"type": "x", "message": "half a character: ?"},
        b"",
    )
    broken = finish(backend.submit("echo", {"text": "\ud800", "steps": 1}))
    assert broken.state is State.FAILED
    assert "UnicodeEncodeError" in broken.error
    assert finish(backend.submit("count", {})).state is State.DONE


def test_both_sides_state_the_same_protocol():
    assert (ours.PROTOCOL, ours.MAGIC) == (theirs.PROTOCOL, theirs.MARK)
    assert (ours.MAX_HEADER, ours.MAX_BODY) == (theirs.HEADER_LIMIT, theirs.BODY_LIMIT)


# The worker process, spoken to byte by byte


def converse(*frames: bytes, seconds: float = 20.0) -> tuple[list[dict[str, object]], int, str]:
    run = subprocess.run(COMMAND, input=b"".join(frames), capture_output=True, timeout=seconds)
    stream = io.BytesIO(run.stdout)
    answers: list[dict[str, object]] = []
    while frame := theirs.receive(stream):
        answers.append(frame.header)
    return answers, run.returncode, run.stderr.decode()


def message(**header: object) -> bytes:
    return frame_bytes(json.dumps(header).encode())


HELLO = message(type="hello", protocol=2)


def test_another_protocol_version_is_refused_with_both_numbers():
    answers, code, _ = converse(message(type="hello", protocol=99))
    assert code == 2
    assert [answer["type"] for answer in answers] == ["refused"]
    assert "protocol 2" in str(answers[0]["message"])
    assert "99" in str(answers[0]["message"])


def test_a_client_that_goes_at_once_ends_the_worker():
    answers, code, _ = converse()
    assert (answers, code) == ([], 2)


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_stream_ends_the_worker_with_a_reason_on_standard_error(data: bytes):
    answers, code, log = converse(HELLO, data)
    assert code == 1
    assert [answer["type"] for answer in answers] == ["hello"]
    assert "the connection was closed" in log


@pytest.mark.parametrize(
    "frame",
    [
        message(type="start", job="echo", arguments={}),
        message(type="start", id=1, job="echo"),
        message(type="start", id=1, job=3, arguments={}, files=[]),
        message(type="dance", id=1),
    ],
)
def test_a_wrong_message_ends_the_worker(frame: bytes):
    _, code, log = converse(HELLO, frame)
    assert code == 1
    assert "the connection was closed" in log


# The add-on's client against the worker


def test_a_job_reports_progress_and_answers_with_json_and_files(backend: Backend, tmp_path: Path):
    job = backend.submit("echo", {"text": "안녕하세요 👋", "steps": 5})
    seen: list[tuple[float, str]] = []
    while not job.poll():
        if job.message and (job.fraction, job.message) not in seen:
            seen.append((job.fraction, job.message))
        time.sleep(0.001)
    assert job.state is State.DONE
    assert job.result == {"text": "안녕하세요 👋"}
    assert job.fraction == 1.0
    assert seen == sorted(seen)
    paths = job.save_files(tmp_path / "new")
    assert paths["a.txt"].read_bytes() == "안녕하세요 👋".encode()
    assert paths["zeros.bin"].read_bytes() == bytes(100_000)
    with pytest.raises(FileExistsError):
        job.save_files(tmp_path / "new")


def test_jobs_run_in_order_in_one_process_that_keeps_its_state(backend: Backend):
    jobs = [backend.submit("count", {}) for _ in range(3)]
    results = [finish(job).result for job in jobs]
    assert [result["count"] for result in results] == [1, 2, 3]
    assert len({result["pid"] for result in results}) == 1
    assert backend.version == "test"


def test_prints_of_jobs_and_of_their_children_go_to_the_log(backend: Backend):
    assert finish(backend.submit("noisy", {})).state is State.DONE
    printed = {"printed by Python", "printed by C", "printed by a child"}
    assert in_a_while(lambda: printed <= set(backend.log))


def test_failures_say_whose_fault_they_are_and_the_worker_goes_on(backend: Backend):
    wrong = finish(backend.submit("user_error", {}))
    assert (wrong.state, wrong.error) == (
        State.FAILED,
        "no style “polka”; choose from calm, lively",
    )
    defect = finish(backend.submit("defect", {}))
    assert defect.state is State.FAILED
    assert "ZeroDivisionError" in defect.error
    assert in_a_while(lambda: any("Traceback" in line for line in backend.log))
    unknown = finish(backend.submit("fly", {}))
    assert "'fly'" in unknown.error
    assert "echo" in unknown.error
    nan = finish(backend.submit("nan", {}))
    assert nan.state is State.FAILED
    assert finish(backend.submit("count", {})).state is State.DONE


def test_a_cancelled_job_stops_and_the_process_stays(backend: Backend):
    pid = finish(backend.submit("count", {})).result["pid"]
    job = backend.submit("slow", {})
    until_running(job)
    waiting = backend.submit("slow", {})
    job.cancel()
    waiting.cancel()
    assert finish(job).state is State.CANCELLED
    assert finish(waiting).state is State.CANCELLED
    assert finish(backend.submit("count", {})).result == {"pid": pid, "count": 2}


def test_a_job_that_ignores_cancelling_is_killed_and_the_next_starts_anew():
    backend = Backend(FAKE_WORKER, Limits(cancel=0.5))
    pid = finish(backend.submit("count", {})).result["pid"]
    stuck = backend.submit("stuck", {})
    until_running(stuck)
    behind = backend.submit("count", {})
    stuck.cancel()
    assert finish(stuck).state is State.CANCELLED
    assert finish(behind).state is State.FAILED
    assert "to cancel another job" in behind.error
    after = finish(backend.submit("count", {})).result
    assert after["count"] == 1
    assert after["pid"] != pid
    backend.close()


@pytest.mark.skipif(os.name != "posix", reason="process groups are a POSIX thing")
def test_killing_takes_the_programs_that_the_job_started_along():
    backend = Backend(FAKE_WORKER, Limits(cancel=0.2))
    job = backend.submit("stubborn", {})
    until_running(job)
    while not job.message:
        job.poll()
    child = int(job.message)
    os.kill(child, 0)
    job.cancel()
    assert finish(job).state is State.CANCELLED
    assert in_a_while(lambda: not is_running(child))
    backend.close()


def is_running(process: int) -> bool:
    """Whether it still runs; a killed orphan may wait a while for its last rites."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not (stat.is_file() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def test_a_process_that_dies_fails_its_job_with_the_reason_and_is_restarted(backend: Backend):
    died = finish(backend.submit("die", {}))
    assert died.state is State.FAILED
    assert "exit code 3" in died.error
    assert "out of memory, goodbye" in died.error
    assert finish(backend.submit("count", {})).result["count"] == 1


@pytest.mark.skipif(os.name != "posix", reason="signals are a POSIX thing")
def test_a_process_that_died_while_idle_is_replaced(backend: Backend):
    pid = finish(backend.submit("count", {})).result["pid"]
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert finish(backend.submit("count", {})).result["pid"] != pid


def test_a_silent_process_is_given_up():
    backend = Backend(FAKE_WORKER, Limits(start=20.0, silence=0.5, cancel=0.5))
    job = finish(backend.submit("stuck", {}))
    assert job.state is State.FAILED
    assert "silent for 0.5 s" in job.error
    assert not backend.running


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import time; time.sleep(60)", "did not answer within 1 s"),
        ("print('Hello, I am no worker', flush=True); input()", "b'Hell'"),
        ("raise SystemExit('no such package')", "no such package"),
    ],
)
def test_a_program_that_is_no_worker_is_named_as_such(program: str, reason: str):
    backend = Backend(LocalWorker((sys.executable, "-c", program)), Limits(start=1.0))
    job = finish(backend.submit("echo", {}))
    assert job.state is State.FAILED
    assert reason in job.error
    assert not backend.running


def test_a_missing_program_is_an_error_at_once():
    with pytest.raises(BackendError, match="no-such-python"):
        Backend(LocalWorker(("/nowhere/no-such-python",))).submit("echo", {})


def test_a_text_too_long_for_a_frame_is_an_error_at_once(backend: Backend):
    with pytest.raises(BackendError, match="too much for one job.*over"):
        backend.submit("echo", {"text": "가" * 400_000})
    assert finish(backend.submit("count", {})).state is State.DONE


def test_closing_ends_the_process_and_cancels_its_jobs():
    backend = Backend(FAKE_WORKER)
    job = backend.submit("slow", {})
    until_running(job)
    process = process_of(backend)
    backend.close()
    assert job.state is State.CANCELLED
    assert process.returncode == 0


def process_of(backend: Backend) -> subprocess.Popen[bytes]:
    assert backend._connection is not None
    assert isinstance(backend._connection.channel, ProcessChannel)
    return backend._connection.channel.process


def test_the_worker_ends_soon_after_its_client_even_when_a_job_is_stuck():
    backend = Backend(FAKE_WORKER)
    until_running(backend.submit("stuck", {}))
    connection = backend._connection
    assert connection is not None
    connection.hang_up()
    assert process_of(backend).wait(GRACE + 5.0) == 1


@pytest.mark.skipif(os.name != "posix", reason="signals are a POSIX thing")
def test_the_worker_ends_with_a_blender_that_is_killed(tmp_path: Path):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.test_worker import *\n"
        "backend = Backend(FAKE_WORKER)\n"
        "until_running(backend.submit('slow', {}))\n"
        "print(process_of(backend).pid, flush=True)\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(FAKE.parent.parent)]
    blender = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert blender.stdout is not None
    worker = int(blender.stdout.readline())
    assert is_running(worker)
    blender.kill()
    blender.communicate()
    assert in_a_while(lambda: not is_running(worker))


# The program's own jobs, as the add-on gets them


@pytest.fixture(scope="module")
def program():
    backend = Backend(LocalWorker((sys.executable, "-m", "gesture_core.worker")))
    yield backend
    backend.close()


def test_the_worker_offers_its_documented_jobs(program: Backend):
    listed = {"avatars", "doctor", "styles", "voices"}
    documented = {"perform", "plan", "redo", "sign", "avatar", "fit_avatar", *listed}
    assert set(program_jobs.JOBS) == documented
    assert all(f"\n{job} " in str(program_jobs.__doc__) for job in documented)
    lists = {kind: finish(program.submit(kind, {}), 60.0) for kind in KINDS}
    assert not [job.error for job in lists.values() if job.error]
    catalogue = Catalogue.from_rows({kind: job.result["items"] for kind, job in lists.items()})
    assert "neutral" in [choice.name for choice in catalogue.choices["styles"]]
    assert "mina" in [choice.name for choice in catalogue.choices["avatars"]]
    assert [choice for choice in catalogue.choices["voices"] if choice.offline]
    checks = finish(program.submit("doctor", {}), 60.0).result["checks"]
    assert {"name": "python", "ok": True}.items() <= checks[0].items()


SPOKEN = {
    "text": "안녕하세요, 반갑습니다!",
    "style": "neutral",
    "intensity": 1.0,
    "seed": 3,
    "voice": None,
    "audio": None,
    "fps": 24.0,
}


def test_a_sentence_becomes_a_clip_with_its_speech_that_the_add_on_reads(
    program: Backend, tmp_path: Path
):
    job = finish(program.submit("perform", SPOKEN), 120.0)
    assert job.state is State.DONE, job.error
    paths = job.save_files(tmp_path / "take")
    clip = read_clip(paths["clip.npz"])
    assert clip.audio == paths["clip.wav"]
    assert clip.fps == 24.0
    assert [span.text for span in clip.spans if span.kind == "word"] == SPOKEN["text"].split()
    assert clip.provenance["text"] == SPOKEN["text"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"style": "polka"}, "polka"),
        ({"text": 3}, "text must be str"),
        ({"intensity": 9}, "intensity 9"),
        ({"seed": None}, "seed must be int"),
        ({"seed": True}, "seed must be int"),
        ({"voice": "nobody"}, "nobody"),
        ({"audio": "/etc/passwd"}, "audio must be a file that is sent along"),
        ({"fps": 1e6}, "fps"),
    ],
)
def test_wrong_arguments_are_the_users_to_fix(
    program: Backend, change: dict[str, object], reason: str
):
    job = finish(program.submit("perform", {**SPOKEN, **change}), 120.0)
    assert job.state is State.FAILED
    assert reason in job.error
    assert "defect" not in job.error


def test_an_unknown_character_is_named_with_the_choices(program: Backend):
    job = finish(program.submit("avatar", {"name": "nobody"}), 60.0)
    assert "nobody" in job.error
    assert "mina" in job.error
