"""What a reviewer of the lexicon is shown: signs in a row, their key moments and their source."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gesture_core.cli import app
from gesture_core.errors import UserError
from gesture_core.formats.clip import load_clip
from gesture_core.signing.lexicon import load_lexicon
from gesture_core.signing.preview import preview_motion
from gesture_core.signing.review import (
    MOMENTS,
    key_frames,
    most_postures,
    review_motion,
    short_source,
)

GLOSSES = ["집", "도착", "1"]


@pytest.fixture(scope="module")
def motion():
    return review_motion(GLOSSES, load_lexicon())


def test_signs_follow_each_other_with_their_labels(motion):
    lexicon = load_lexicon()
    parts = [preview_motion(gloss, lexicon) for gloss in GLOSSES]
    assert motion.frames == sum(part.frames for part in parts)
    labels = [span for span in motion.spans if span.kind == "subtitle"]
    assert [label.text for label in labels] == [
        f"{short_source(lexicon.sign(g))} · {lexicon.sign(g).review}" for g in GLOSSES
    ]
    ends = np.cumsum([part.duration for part in parts])
    assert [label.end for label in labels] == pytest.approx(ends.tolist())
    assert [s.text.split(" · ")[0] for s in motion.spans if s.kind == "gloss"] == GLOSSES


def test_every_posture_is_among_the_key_moments(motion):
    count = most_postures(motion)
    frames = key_frames(motion, count)
    assert len(frames) == count * len(GLOSSES)
    assert list(frames) == sorted(frames)
    reached = [span.start * motion.fps for span in motion.spans if span.kind == "step"]
    assert all(np.abs(np.array(frames) - frame).min() <= 0.5 + 1e-6 for frame in reached)
    for sign, shown in zip(
        [span for span in motion.spans if span.kind == "gloss"],
        np.array(frames).reshape(-1, count) / motion.fps,
        strict=True,
    ):
        assert sign.start - 0.5 / motion.fps <= shown[0]
        assert shown[-1] <= sign.end + 0.5 / motion.fps


def test_a_sign_of_many_postures_has_as_many_moments():
    lexicon = load_lexicon()
    longest = max(lexicon.signs.values(), key=lambda sign: len(sign.steps) * sign.repeat)
    motion = review_motion([longest.gloss], lexicon)
    steps = [span for span in motion.spans if span.kind == "step"]
    assert most_postures(motion) == max(MOMENTS, len(steps))
    assert len(set(key_frames(motion, most_postures(motion)))) >= len(steps)


def test_a_source_is_shown_without_its_explanation():
    sign = load_lexicon().sign("집")
    assert "(" not in short_source(sign)
    assert short_source(sign).startswith("한국수어사전")


def test_the_command_writes_a_clip_and_tells_the_source(tmp_path: Path):
    out = tmp_path / "signs.npz"
    done = CliRunner().invoke(app, ["sign-preview", "집", "도착", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert "한국수어사전" in done.output
    texts = [span.text for span in load_clip(out).motion.spans if span.kind == "gloss"]
    assert [text.split(" · ")[0] for text in texts] == ["집", "도착"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["없는수어", "-o", "x.npz"], "no sign '없는수어'"),
        (["집", "-o", "x.bvh"], "signs are shown as one of"),
        (["집", "-o", "x.npz", "--speed", "9"], "outside 0.2 to 2"),
    ],
)
def test_the_command_says_what_cannot_be(arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["sign-preview", *arguments])
    assert isinstance(done.exception, UserError)
    assert told in str(done.exception)
