"""The add-on's own clip reader: reads what the backend writes, refuses everything else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_addon.core.clip_reader import ClipError, Span, read_clip
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.motion import EXPRESSIONS
from gesture_core.motion import Span as MotionSpan
from gesture_core.skeleton import HUMANOID
from tests.rigs import lively_motion


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    motion = replace(
        lively_motion(frames=12), spans=(MotionSpan("word", "안녕하세요", 0.1, 0.4, "espeak"),)
    )
    audio = tmp_path / "speech.wav"
    audio.write_bytes(b"RIFF")
    path = tmp_path / "clip.npz"
    save_clip(path, Clip(motion, audio, {"text": "안녕하세요"}))
    return path


def test_reads_what_the_backend_writes(saved: Path):
    motion = lively_motion(frames=12)
    clip = read_clip(saved)
    assert clip.joints == HUMANOID.names
    assert clip.parents == HUMANOID.parents
    assert clip.expression_names == EXPRESSIONS
    assert clip.fps == 30.0
    assert clip.duration == pytest.approx(0.4)
    assert clip.spans == (Span("word", "안녕하세요", 0.1, 0.4, "espeak"),)
    assert clip.audio == saved.parent / "speech.wav"
    assert clip.provenance["text"] == "안녕하세요"
    np.testing.assert_allclose(clip.rotations, motion.rotations, atol=1e-6)
    np.testing.assert_allclose(clip.root, motion.root, atol=1e-6)
    np.testing.assert_allclose(clip.expressions, motion.expressions, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(clip.rotations, axis=-1), 1.0, atol=1e-12)


def damaged(saved: Path, **members: Any) -> Path:
    """The clip with some members replaced; a header is a function of the good one."""
    with np.load(saved) as archive:
        arrays = dict(archive)
    for name, member in members.items():
        if member is None:
            del arrays[name]
        elif name == "header":
            fields = json.loads(str(arrays["header"]))
            arrays["header"] = np.array(json.dumps(member(fields)))
        else:
            arrays[name] = member(arrays[name])
    path = saved.with_name("damaged.npz")
    np.savez(path, **arrays)
    return path


def with_field(name: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda fields: {**fields, name: value}


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("format", "other", "does not say"),
        ("version", 2, "version 2"),
        ("fps", 0, "frames a second"),
        ("fps", "30", "fps"),
        ("fps", True, "fps"),
        ("joints", ["hips", "hips"], "different names"),
        ("joints", [f"j{k}" for k in range(600)], "limit is 512"),
        ("parents", [0] * 55, "parents"),
        ("parents", [-1, *range(1, 55)], "before it"),
        ("parents", [-1, *[0.0] * 54], "parents"),
        ("spans", ["word"], "span"),
        ("spans", [{"kind": "word"}], "text"),
        ("audio", "/etc/passwd", "beside the clip"),
        ("audio", "../secret.wav", "beside the clip"),
        ("audio", 7, "audio"),
        ("provenance", None, "provenance"),
    ],
)
def test_a_damaged_header_is_named(saved: Path, field: str, value: Any, complaint: str):
    with pytest.raises(ClipError, match=complaint):
        read_clip(damaged(saved, header=with_field(field, value)))


def with_nan(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flat[3] = np.nan
    return array


@pytest.mark.parametrize("name", ["offsets", "rotations", "root", "expressions"])
@pytest.mark.parametrize(
    "change",
    [
        None,
        with_nan,
        lambda array: array[:-1],
        lambda array: array[:0],
        lambda array: array.astype(np.int32),
        lambda array: array.astype("S8"),
        lambda array: array[..., None],
    ],
    ids=["missing", "nan", "short", "empty", "whole", "text", "deep"],
)
def test_a_damaged_array_is_named(saved: Path, name: str, change: Any):
    with pytest.raises(ClipError, match=r"damaged\.npz"):
        read_clip(damaged(saved, **{name: change}))


def test_rotations_must_be_unit_quaternions(saved: Path):
    with pytest.raises(ClipError, match="unit quaternions"):
        read_clip(damaged(saved, rotations=lambda array: array * 0.5))


def test_pickled_objects_are_never_loaded(saved: Path):
    with pytest.raises(ClipError, match="root"):
        read_clip(damaged(saved, root=lambda _: np.array([{"a": 1}], dtype=object)))


def test_an_array_that_declares_more_than_it_holds_is_not_allocated(saved: Path, tmp_path: Path):
    header = io.BytesIO()
    shape = {"descr": "<f4", "fortran_order": False, "shape": (10**13, 3)}
    np.lib.format.write_array_header_1_0(header, shape)
    path = tmp_path / "huge.npz"
    with zipfile.ZipFile(saved) as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            content = header.getvalue() if name == "root.npy" else good.read(name)
            bad.writestr(name, content)
    with pytest.raises(ClipError, match="more than it holds"):
        read_clip(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a clip at all" * 99])
def test_other_files_are_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(ClipError, match=r"other\.npz"):
        read_clip(path)


def test_truncated_files_are_refused(saved: Path):
    whole = saved.read_bytes()
    for length in range(0, len(whole), len(whole) // 23):
        saved.write_bytes(whole[:length])
        with pytest.raises(ClipError, match=r"clip\.npz"):
            read_clip(saved)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ClipError, match="no such clip"):
        read_clip(tmp_path / "none.npz")
    with pytest.raises(ClipError, match="folder"):
        read_clip(tmp_path)
