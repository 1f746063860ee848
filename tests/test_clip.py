"""The clip file: round trip, and everything that can be wrong with one."""

from __future__ import annotations

import contextlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.clip import Clip, load_clip, save_clip
from gesture_core.motion import Motion, Span
from gesture_core.rotation import quat_normalize
from gesture_core.skeleton import HUMANOID


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    rng = np.random.default_rng(1)
    rotations = quat_normalize(rng.normal(size=(7, len(HUMANOID), 4)))
    spans = (Span("word", "안녕하세요", 0.1, 0.5, "espeak"),)
    motion = Motion(HUMANOID, rotations, rng.normal(size=(7, 3)), 24.0, rng.random((7, 52)), spans)
    return Clip(motion, tmp_path / "말.wav", {"text": "안녕하세요", "seed": 3})


def edited(path: Path, **changes: object) -> Path:
    """A copy of the clip with header keys or arrays replaced."""
    with np.load(path) as members:
        arrays = {name: members[name] for name in members.files}
    header = json.loads(str(arrays["header"]))
    header |= {key: value for key, value in changes.items() if key not in arrays}
    arrays |= {key: value for key, value in changes.items() if key in arrays}
    arrays["header"] = np.array(json.dumps(header))
    target = path.with_name("edited.npz")
    np.savez(target, **arrays)
    return target


def test_what_is_written_is_read(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    save_clip(path, clip)
    read = load_clip(path)
    np.testing.assert_allclose(read.motion.rotations, clip.motion.rotations, atol=1e-6)
    np.testing.assert_allclose(read.motion.root, clip.motion.root, atol=1e-6)
    np.testing.assert_allclose(read.motion.expressions, clip.motion.expressions, atol=1e-6)
    assert read.motion.skeleton.names == HUMANOID.names
    assert (read.motion.fps, read.motion.spans) == (24.0, clip.motion.spans)
    assert (read.audio, read.provenance) == (clip.audio, clip.provenance)


def test_nothing_is_overwritten_without_force(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(b"precious")
    with pytest.raises(UserError, match="already exists"):
        save_clip(path, clip)
    assert path.read_bytes() == b"precious"
    save_clip(path, clip, force=True)
    assert load_clip(path).motion.frames == 7
    assert [file.name for file in tmp_path.iterdir()] == ["a.npz"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 9}, "version 9"),
        ({"format": "other"}, "not a momjit-clip"),
        ({"parents": [5] * 55}, "header"),
        ({"fps": 0}, "fps"),
        ({"fps": "quick"}, "header"),
        ({"joints": 3}, "header"),
        ({"root": np.full((7, 3), np.nan)}, "not finite"),
        ({"root": np.zeros((2, 3))}, "shapes"),
        ({"rotations": np.zeros((7, 4))}, "out of bounds"),
    ],
)
def test_a_wrong_clip_is_one_clear_error(
    clip: Clip, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    path = tmp_path / "a.npz"
    save_clip(path, clip)
    with pytest.raises(UserError, match=message):
        load_clip(edited(path, **changes))


def test_a_pickle_inside_is_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "evil.npz"
    np.savez(path, header=np.array({"format": "momjit-clip"}, dtype=object))
    with pytest.raises(UserError, match="damaged"):
        load_clip(path)


def test_a_zip_bomb_is_refused_before_unpacking(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("rotations.npy", "w", force_zip64=True) as member:
            for _ in range(1100):
                member.write(bytes(1 << 20))
    with pytest.raises(UserError, match="limit"):
        load_clip(path)


def test_a_clip_cut_anywhere_is_one_clear_error(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    save_clip(path, clip)
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(UserError):
            load_clip(path)


def test_flipped_bytes_never_escape_as_another_error(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    save_clip(path, clip)
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    rng = np.random.default_rng(5)
    survived = 0
    for _ in range(300):
        broken = whole.copy()
        broken[rng.integers(len(whole), size=3)] = rng.integers(256, size=3)
        path.write_bytes(broken.tobytes())
        with contextlib.suppress(UserError):  # any other error fails the test
            load_clip(path)
            survived += 1
    assert survived < 300
