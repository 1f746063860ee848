"""The filmed fixtures are what their README says, and MediaPipe sees our people as people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gesture_core.formats.clip import load_clip
from gesture_core.formats.subtitles import read_subtitles
from gesture_core.formats.video import probe_video, read_frames, read_sound
from gesture_core.keypoints import keypoint
from gesture_core.skeleton import HUMANOID, forward_kinematics

TALKS = Path(__file__).parent.parent / "fixtures" / "talks"


@pytest.fixture(scope="module")
def joints() -> Mapping[str, Any]:
    with np.load(TALKS / "mina_talk_joints.npz") as members:
        return {name: members[name] for name in members.files}


def in_picture(joints: Mapping[str, Any], name: str) -> np.ndarray:
    """Where a true point is (T, 2), pixels."""
    place = joints["camera"][:, list(joints["names"]).index(name)].astype(float)
    return joints["focal"] * place[:, :2] / place[:, 2:] + joints["size"] / 2.0


@pytest.mark.parametrize(
    ("name", "frames", "size"),
    [
        ("mina_talk", 216, (480, 360)),
        ("two_scenes", 180, (480, 360)),
        ("two_people", 159, (640, 360)),
        ("turned_away", 180, (480, 360)),
    ],
)
def test_the_talks_can_be_read(name: str, frames: int, size: tuple[int, int]) -> None:
    path = TALKS / f"{name}.mp4"
    info = probe_video(path)
    assert (info.frames, info.fps, (info.width, info.height)) == (frames, 30.0, size)
    assert info.has_audio == (name == "mina_talk")
    assert path.stat().st_size < 250_000


def test_captions_hold_the_words_times_of_the_clip() -> None:
    words = read_subtitles(TALKS / "mina_talk.vtt").words
    spans = [s for s in load_clip(TALKS / "mina_talk_truth.npz").motion.spans if s.kind == "word"]
    assert [word.text for word in words] == [span.text for span in spans]
    assert len(words) == 9
    for word, span in zip(words, spans, strict=True):
        assert word.start == pytest.approx(span.start, abs=0.0011)


def test_words_are_heard_when_they_are_said() -> None:
    """The sound is silent before the first word and loud during every word."""
    sound = read_sound(TALKS / "mina_talk.mp4")
    assert sound is not None
    samples, rate = sound
    spans = [s for s in load_clip(TALKS / "mina_talk_truth.npz").motion.spans if s.kind == "word"]

    def loudness(start: float, end: float) -> float:
        return float(np.sqrt(np.mean(samples[round(start * rate) : round(end * rate)] ** 2)))

    assert loudness(0.0, spans[0].start - 0.1) < 0.005
    assert min(loudness(span.start, span.end) for span in spans) > 0.02


def test_true_joints_are_those_of_the_clip(joints: Mapping[str, Any]) -> None:
    """Mina is not HUMANOID, but her arms point where the clip's arms point."""
    motion = load_clip(TALKS / "mina_talk_truth.npz").motion
    positions, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    names = list(joints["names"])
    for side in ("left", "right"):
        ends = (f"{side}UpperArm", f"{side}LowerArm")
        ours = np.diff(positions[:, HUMANOID.indices(ends)], axis=1)[:, 0]
        hers = np.diff(joints["camera"][:, [names.index(end) for end in ends]], axis=1)[:, 0]
        hers = hers * [1.0, -1.0, -1.0]
        cosine = (ours * hers).sum(-1) / np.linalg.norm(ours, axis=-1)
        cosine /= np.linalg.norm(hers, axis=-1)
        assert np.degrees(np.arccos(cosine.clip(-1, 1))).max() < 3.0


def test_the_cut_is_at_frame_90() -> None:
    """Nothing else changes the whole picture at once, however far the arms fly."""
    pictures = [frame[::4, ::4] for _, frame in read_frames(TALKS / "two_scenes.mp4")]
    frames = np.array(pictures, dtype=np.float32)
    change = np.abs(np.diff(frames, axis=0)).mean(axis=-1) > 8.0
    shares = change.mean(axis=(1, 2))
    assert np.argmax(shares) == 89
    assert shares[89] > 1.5 * np.delete(shares, 89).max()


def test_mediapipe_s_wrists_lie_on_the_true_ones(joints: Mapping[str, Any]) -> None:
    pytest.importorskip("mediapipe")
    from gesture_core.pose.mediapipe_holistic import MediapipeHolistic

    frames = [
        frame for _, frame in read_frames(TALKS / "mina_talk.mp4", fps=10.0, start=2.0, end=5.0)
    ]
    crowd = MediapipeHolistic().estimate(frames, 10.0, 480, 360)
    seen = np.arange(60, 150, 3)
    ends = [in_picture(joints, f"{side}UpperArm")[seen] for side in ("left", "right")]
    width = np.linalg.norm(ends[0] - ends[1], axis=1)
    for side in ("left", "right"):
        wrist = np.array([people[0, keypoint(f"{side}Wrist")] for people in crowd.frames])
        known = wrist[:, 2] > 0.0
        assert known.mean() > 0.9
        error = np.linalg.norm(wrist[:, :2] - in_picture(joints, f"{side}Hand")[seen], axis=1)
        assert np.median((error / width)[known]) < 0.25
