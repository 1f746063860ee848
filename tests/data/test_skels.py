"""`.skels` files: written frames come back, the real sample is a body, broken files are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.skels import SKELS_KEYPOINTS, read_skels
from gesture_core.keypoints import keypoint

Array = NDArray[np.float64]


def write(
    folder: Path, lines: list[str], names: str = "a\nb", glosses: str = "집 불\n가다"
) -> Path:
    """A sample of two sentences without a newline at the end, as the real one has."""
    path = folder / "dev.skels"
    path.write_text("\n".join(lines))
    path.with_suffix(".files").write_text(names)
    path.with_suffix(".gloss").write_text(glosses)
    return path


def sentence(frames: int, seed: int = 0) -> tuple[Array, str]:
    """Points (T, 127, 2) within the picture and the line that says so."""
    points = np.random.default_rng(seed).uniform(0.1, 0.9, (frames, 127, 2)).round(6)
    counter = np.linspace(0, 1, frames)
    values = np.concatenate([points.reshape(frames, -1), counter[:, None]], axis=1)
    return points, " ".join(map(str, values.ravel().tolist()))


def test_sentences_come_back_with_names_and_glosses(tmp_path: Path) -> None:
    (points, first), (_, second) = sentence(3), sentence(2, seed=1)
    one, two = read_skels(write(tmp_path, [first, second]))
    assert (one.name, one.glosses, two.name, two.glosses) == ("a", ("집", "불"), "b", ("가다",))
    assert (one.crowd.fps, one.crowd.width, one.crowd.height) == (30, 1920, 1080)
    assert [people.shape for people in one.crowd.frames] == [(1, 137, 3)] * 3
    found = np.concatenate(one.crowd.frames)
    for column, name in enumerate(SKELS_KEYPOINTS):
        np.testing.assert_allclose(found[:, keypoint(name), :2], points[:, column] * [1920, 1080])
        assert (found[:, keypoint(name), 2] == 1).all()
    assert np.count_nonzero(found[0, :, 2]) == 127


def test_a_last_newline_makes_no_sentence(tmp_path: Path) -> None:
    lines = [sentence(2)[1], sentence(2)[1], ""]
    assert len(read_skels(write(tmp_path, lines, "a\nb\n", "집\n불\n"))) == 2


def test_the_sample_is_a_signer(shared_data: Callable[[str], Path]) -> None:
    folder = next(shared_data("ksl_sample").rglob("dev.skels")).parent
    clips = [clip for part in ("dev", "train") for clip in read_skels(folder / f"{part}.skels")]
    assert len(clips) == 10
    assert clips[0].name == "NIA_SL_SEN0054_REAL06_F"
    assert clips[0].glosses == ("카드", "1회", "되다")
    assert [len(clip.crowd.frames) for clip in clips[:3]] == [82, 97, 43]
    people = np.concatenate([frame for clip in clips for frame in clip.crowd.frames])

    def at(name: str) -> Array:
        return people[:, keypoint(name), :2]

    def apart(one: str, other: str) -> float:
        return float(np.linalg.norm(at(one) - at(other), axis=1).mean())

    width = apart("leftShoulder", "rightShoulder")
    assert at("leftShoulder")[:, 0].mean() > at("rightShoulder")[:, 0].mean()
    for side in ("left", "right"):
        assert apart(f"{side}HandWrist", f"{side}Wrist") < 0.1 * width
    # each face point where a face has it: ears end the jaw, eyes hold pupils, lips close
    assert apart("face0", "rightEar") < apart("face16", "rightEar")
    assert apart("rightPupil", "rightEye") < 0.1 * width
    assert apart("leftPupil", "leftEye") < 0.1 * width
    assert apart("face30", "nose") < 0.1 * width
    down = [at(name)[:, 1].mean() for name in ("face19", "face37", "face30", "face51", "face8")]
    assert down == sorted(down)
    across = [at(f"face{number}")[:, 0].mean() for number in range(17)]
    assert across[8] == pytest.approx((across[0] + across[16]) / 2, abs=0.2 * width)
    assert across == sorted(across)


def test_the_samples_pixels_are_square(shared_data: Callable[[str], Path]) -> None:
    """A jaw is about as wide, ear to ear, as it is high from brow to chin, whatever the picture."""
    folder = next(shared_data("ksl_sample").rglob("dev.skels")).parent
    for clip in read_skels(folder / "dev.skels"):
        face = np.concatenate(clip.crowd.frames)[:, 25:93, :2]
        width = np.linalg.norm(face[:, 16] - face[:, 0], axis=1).mean()
        height = np.linalg.norm(face[:, 8] - face[:, 27], axis=1).mean()
        assert 0.9 < width / height < 1.5


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ("", r"lines, its \.files"),
        ("0.5 " * 254, "dev.skels:2: 254 values are no frames of 255"),
        ("0.5 " * 254 + "x", "dev.skels:2: could not convert"),
        ("0.5 " * 254 + "nan", "dev.skels:2: a value is not finite"),
        ("0.5 " * 253 + "1e999 0.0", "dev.skels:2: a value is not finite"),
        ("0.5 " * 254 + "3.0", "dev.skels:2: value 255 of each frame must count"),
        ("0.5 " * 254 + "0.5 " + "0.5 " * 254 + "0.1", "dev.skels:2: value 255"),
        ("1e9 " * 254 + "1.0", "dev.skels:2: frame 0 has points outside any picture"),
    ],
)
def test_broken_sentences_are_named(tmp_path: Path, second: str, fault: str) -> None:
    with pytest.raises(UserError, match=fault):
        read_skels(write(tmp_path, [sentence(2)[1], second]))


def test_files_beside_must_be_there_and_as_long(tmp_path: Path) -> None:
    lines = [sentence(2)[1], sentence(2)[1]]
    with pytest.raises(UserError, match=r"has 2 lines, its \.files 1 and \.gloss 2"):
        read_skels(write(tmp_path, lines, names="a"))
    path = write(tmp_path, lines)
    path.with_suffix(".gloss").unlink()
    with pytest.raises(UserError, match=r"cannot read .*dev\.gloss"):
        read_skels(path)


def test_other_content_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, [])
    with pytest.raises(UserError, match="is empty"):
        read_skels(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not UTF-8"):
        read_skels(path)
