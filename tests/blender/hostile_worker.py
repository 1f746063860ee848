"""A worker that is up to no good: it answers "perform" as `MOMJIT_HOSTILE` says."""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from gesture_core.worker.frames import encode_frame, join_files, read_frame

Files = dict[str, bytes]


def send(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def raw(header: bytes, body_size: int = 0) -> bytes:
    return b"MJIT" + struct.pack(">IQ", len(header), body_size) + header


def said(kind: str, identity: object, /, **fields: Any) -> bytes:
    return encode_frame({"type": kind, "id": identity, **fields})


def done(identity: int, files: Files, /, **other: Any) -> bytes:
    listing, body = join_files(files)
    header = {"type": "done", "id": identity, "result": {"warnings": []}, "files": listing}
    return encode_frame({**header, **other}, body)


def listed(identity: int, *names: str) -> bytes:
    return done(identity, {"x": b"abc"}, files=[{"name": name, "size": 3} for name in names])


def good_files() -> Files:
    from tests.blender import fake_backend  # slow to import, and most modes do without

    arguments = {"text": "안녕", "style": "neutral"}
    return dict(fake_backend.perform(arguments, lambda *_: None).files)


def clip_with(change: Callable[[Any], Any]) -> Files:
    """A good answer whose clip has other rotations."""
    import numpy as np

    files = good_files()
    with np.load(io.BytesIO(files["clip.npz"])) as members:
        contents = {name: members[name] for name in members.files}
    stream = io.BytesIO()
    np.savez(stream, **{**contents, "rotations": change(contents["rotations"])})
    return {**files, "clip.npz": stream.getvalue()}


def swollen_clip() -> Files:
    """A small file that says of itself that it unpacks to two gigabytes."""
    files, stream = good_files(), io.BytesIO(good_files()["clip.npz"])
    with zipfile.ZipFile(stream, "a") as bundle:
        bundle.writestr("more.npy", b"")
        bundle.getinfo("rotations.npy").file_size = 2**31
    return {**files, "clip.npz": stream.getvalue()}


ANSWERS: dict[str, Callable[[int], bytes]] = {
    "garbage": lambda _: bytes(range(256)) * 400,
    "print": lambda _: b"Loading the model...\n" * 1000,
    "huge header": lambda _: b"MJIT" + struct.pack(">IQ", 2**32 - 1, 0),
    "huge body": lambda _: raw(b'{"type":"done","id":1}', body_size=2**63),
    "no json": lambda _: raw(b"{'type': 'done'}"),
    "not a number": lambda _: raw(b'{"type":"progress","id":1,"fraction":NaN,"message":""}'),
    "deep json": lambda _: raw(b"[" * 900_000),
    "unknown job": lambda _: said("progress", 10**9, fraction=0.5, message=""),
    "id of another kind": lambda _: said("progress", [1]),
    "unknown type": lambda job: said("delete everything", job),
    "endless message": lambda job: said("failed", job, kind="user", message="lorem " * 150_000),
    "path": lambda job: listed(job, "../../../evil.txt"),
    "windows path": lambda job: listed(job, "C:\\evil.txt"),
    "files that overlap": lambda job: listed(job, "a", "b"),
    "no files": lambda job: done(job, {}),
    "result is a list": lambda job: done(job, good_files(), result=[1, 2]),
    "no clip": lambda job: done(job, {**good_files(), "clip.npz": b"I am no clip"}),
    "nan clip": lambda job: done(job, clip_with(lambda values: values * float("nan"))),
    "empty clip": lambda job: done(job, clip_with(lambda values: values[:0])),
    "swollen clip": lambda job: done(job, swollen_clip()),
    "truncated": lambda job: done(job, {"clip.npz": bytes(5000)})[:-1000],
    "flood": lambda job: said("progress", job, fraction=0.5, message="x") * 10_000,
    "goes silent": lambda _: b"",
}


def main() -> None:
    mode = os.environ["MOMJIT_HOSTILE"]
    protocol = 99 if mode == "another version" else 2
    while frame := read_frame(sys.stdin.buffer):
        header = frame[0]
        if header["type"] == "hello":
            if mode == "never answers":
                time.sleep(600)
            hello = {"type": "hello", "protocol": protocol, "program": "momjit", "jobs": "all"}
            send(encode_frame({**hello, "version": ["1"] * 1000}))
        elif header["type"] == "start" and header["job"] == "perform":
            if mode == "dies":
                os.kill(os.getpid(), 9)
            send(ANSWERS[mode](header["id"]))
            if mode == "truncated":
                return
        elif header["type"] == "start":
            items: Any = [{"name": "neutral", "description": "even"}]
            bad = [{"name": json.loads("[" * 50 + "]" * 50)}]
            send(done(header["id"], {}, result={"items": bad if mode == "bad lists" else items}))


if __name__ == "__main__":
    main()
