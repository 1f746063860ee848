"""Recordings of single signs as entries of a lexicon, and back as tracks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gesture_core.cli import app
from gesture_core.config import read_yaml
from gesture_core.correction import correct
from gesture_core.errors import UserError
from gesture_core.formats.clip import Clip, load_clip, save_clip
from gesture_core.keypoints import Crowd
from gesture_core.motion import EXPRESSIONS, Motion, Span, mirror, rest_motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.sign import sign
from gesture_core.signing.arms import track_to_motion
from gesture_core.signing.entry import parse_sign
from gesture_core.signing.importing import Permission, import_sign, read_recording
from gesture_core.signing.recording import raised, recorded_track
from gesture_core.skeleton import HUMANOID, forward_kinematics

PERMISSION = Permission("CC BY 4.0", "form of 2026-11-02", "Hong")
FPS = 60.0
START, STOP = 60, 132
"""Frames in which the hand of `wave` is up."""


def wave(frames: int = 240) -> Motion:
    """Arms hanging; the right hand up before the shoulder from START to STOP, fingers spreading."""
    motion = rest_motion(frames, FPS)
    rotations = np.array(motion.rotations)
    down = rotvec_to_quat(np.array([0.0, 0.0, -1.4]))
    for side, mirrored in (("left", 1.0), ("right", -1.0)):
        turned = down * np.array([1.0, 1.0, 1.0, mirrored])
        rotations[:, HUMANOID.index(f"{side}UpperArm")] = turned
    up = rotvec_to_quat(np.array([0.0, 2.2, 0.0]))
    rotations[START:STOP, HUMANOID.index("rightLowerArm")] = up
    faces = np.zeros((frames, len(EXPRESSIONS)))
    faces[:, 3] = np.linspace(0.0, 1.0, frames)
    return replace(motion, rotations=rotations, expressions=faces)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "wave.npz"
    save_clip(path, Clip(wave()))
    return path


def test_the_hand_of_the_test_motion_is_up_where_it_says() -> None:
    up = raised(wave(), "right")
    assert up[START:STOP].all()
    assert not up[:START].any()
    assert not up[STOP:].any()
    assert not raised(wave(), "left").any()


def test_an_entry_is_trimmed_and_says_who_agreed(recording: Path, tmp_path: Path) -> None:
    entry = import_sign(recording, "인사 하다", PERMISSION, tmp_path / "mine")
    made = parse_sign("인사 하다", read_yaml(entry)["인사 하다"], "entry", entry)
    assert (made.licence, made.consent, made.signer) == ("CC BY 4.0", "form of 2026-11-02", "Hong")
    assert (made.review, made.source) == ("draft", "recording wave.npz")
    assert made.recording == entry.with_name("인사_하다.npz")
    clip = load_clip(entry.with_name("인사_하다.npz"))
    assert clip.provenance["consent"] == "form of 2026-11-02"
    assert clip.motion.duration == pytest.approx((STOP - START) / FPS, abs=2 / 30)
    kept = clip.motion.expressions[:, 3]
    assert kept[0] == pytest.approx(START / 240, abs=0.02)
    assert kept[-1] == pytest.approx(STOP / 240, abs=0.02)


def test_an_imported_motion_stays_within_what_bodies_can_do(
    recording: Path, tmp_path: Path
) -> None:
    entry = import_sign(recording, "인사", PERMISSION, tmp_path)
    motion = load_clip(entry.with_suffix(".npz")).motion
    again = correct(motion)
    assert np.abs(again.rotations - motion.rotations).max() < 1e-5


def test_a_track_brings_the_wrists_back_to_where_they_were(recording: Path, tmp_path: Path) -> None:
    entry = import_sign(recording, "인사", PERMISSION, tmp_path)
    clip = entry.with_suffix(".npz")
    recorded = load_clip(clip).motion
    played = track_to_motion(recorded_track(clip))
    wrist = HUMANOID.index("rightHand")
    there = forward_kinematics(HUMANOID, recorded.rotations, recorded.root)[0][:, wrist]
    here = forward_kinematics(HUMANOID, played.rotations, played.root)[0][:, wrist]
    assert np.linalg.norm(here - there, axis=-1).max() < 0.01
    np.testing.assert_allclose(played.expressions, recorded.expressions, atol=1e-6)


def test_only_the_hand_that_rises_is_active_and_speed_shortens(
    recording: Path, tmp_path: Path
) -> None:
    clip = import_sign(recording, "인사", PERMISSION, tmp_path).with_suffix(".npz")
    track = recorded_track(clip)
    assert track.strong.active.all()
    assert not track.weak.active.any()
    assert recorded_track(clip, speed=2.0).frames == pytest.approx(track.frames / 2, abs=1)
    assert recorded_track(clip, fps=60.0).frames == pytest.approx(track.frames * 2, abs=1)


def test_a_clip_says_whose_recordings_it_shows(recording: Path, tmp_path: Path) -> None:
    import_sign(recording, "친구", PERMISSION, tmp_path / "mine")
    made = sign("친구를 만났어", lexicon=tmp_path / "mine")
    (used,) = made.provenance["recordings"]
    assert used == {
        "gloss": "친구",
        "signer": "Hong",
        "licence": "CC BY 4.0",
        "consent": "form of 2026-11-02",
    }
    assert sign("빨리 도와주세요", lexicon=tmp_path / "mine").provenance["recordings"] == []


def test_a_recording_longer_than_any_sign_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.npz"
    save_clip(path, Clip(wave(round(21 * FPS))))
    with pytest.raises(UserError, match=r"long\.npz lasts 21 s; a recorded sign has at most 20"):
        recorded_track(path)


def test_a_left_handed_signer_leads_with_the_right_hand_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "left.npz"
    save_clip(path, Clip(mirror(wave())))
    clip = import_sign(path, "인사", PERMISSION, tmp_path / "mine", dominant="left")
    track = recorded_track(clip.with_suffix(".npz"))
    assert track.strong.active.all()
    assert not track.weak.active.any()


def test_the_annotated_gloss_is_cut_out(tmp_path: Path) -> None:
    path = tmp_path / "two.npz"
    spans = (Span("gloss", "하나", 0.0, 1.5), Span("gloss", "둘", 1.5, 4.0))
    save_clip(path, Clip(replace(wave(), spans=spans)))
    clip = import_sign(path, "둘", PERMISSION, tmp_path / "mine").with_suffix(".npz")
    assert load_clip(clip).motion.duration == pytest.approx(STOP / FPS - 1.5, abs=2 / 30)
    with pytest.raises(UserError, match="0 glosses '셋'; it holds 하나, 둘"):
        import_sign(path, "셋", PERMISSION, tmp_path / "mine")


def test_without_a_gloss_the_annotation_or_the_file_names_it(
    recording: Path, tmp_path: Path
) -> None:
    assert import_sign(recording, None, PERMISSION, tmp_path / "mine").name == "wave.yaml"
    path = tmp_path / "one.npz"
    save_clip(path, Clip(replace(wave(), spans=(Span("gloss", "둘", 0.5, 3.0),))))
    assert import_sign(path, None, PERMISSION, tmp_path / "mine").name == "둘.yaml"


def test_a_video_is_looked_at_by_the_estimator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_data: Callable[[str], Path]
) -> None:
    from gesture_core.formats.skels import read_skels
    from gesture_core.formats.video import write_video
    from gesture_core.pose.estimators import ESTIMATORS

    sentence = next(iter(read_skels(shared_data("ksl_sample") / "ksl_sample/dev.skels"))).crowd

    class Known:
        def estimate(self, frames: Iterable[object], *_: object) -> Crowd:
            return replace(sentence, frames=sentence.frames[: len(list(frames))])

    monkeypatch.setitem(ESTIMATORS, "mediapipe", lambda config: Known())
    video = tmp_path / "film.mp4"
    write_video(video, np.full((60, 90, 160, 3), 128, np.uint8), 30.0)
    steps: list[str] = []
    entry = import_sign(
        video, "도착", PERMISSION, tmp_path, progress=lambda share, step: steps.append(step)
    )
    assert steps == ["looking at film.mp4"]
    assert load_clip(entry.with_suffix(".npz")).motion.duration <= 2.0


def test_what_cannot_be_imported_is_named(recording: Path, tmp_path: Path) -> None:
    import_sign(recording, "인사", PERMISSION, tmp_path)
    with pytest.raises(UserError, match=r"인사\.yaml exists; --force"):
        import_sign(recording, "인사", PERMISSION, tmp_path)
    import_sign(recording, "인사", PERMISSION, tmp_path, force=True)
    for gloss in ("../인사", "", "a/b"):
        with pytest.raises(UserError, match="is no gloss"):
            import_sign(recording, gloss, PERMISSION, tmp_path)
    with pytest.raises(UserError, match="say the consent"):
        Permission("CC BY 4.0", " ")
    still = tmp_path / "still.npz"
    save_clip(still, Clip(rest_motion(60, FPS)))
    with pytest.raises(UserError, match=r"still\.npz: no hand is raised"):
        import_sign(still, "서다", PERMISSION, tmp_path)
    (tmp_path / "note.md").write_text("no motion", encoding="utf-8")
    with pytest.raises(UserError, match="holds no recording"):
        read_recording(tmp_path / "note.md")


def test_an_aihub_word_becomes_an_entry(tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    from gesture_core.formats.skels import read_skels

    crowd = next(iter(read_skels(shared_data("ksl_sample") / "ksl_sample/dev.skels"))).crowd
    name = "NIA_SL_WORD0001_REAL01_F"
    folder = tmp_path / name
    folder.mkdir()
    parts = {"pose": (0, 25), "face": (25, 95), "hand_left": (95, 116), "hand_right": (116, 137)}
    for number, people in enumerate(crowd.frames):
        person = {
            f"{part}_keypoints_2d": people[0][a:b].ravel().tolist()
            for part, (a, b) in parts.items()
        }
        text = json.dumps({"people": person})
        (folder / f"{name}_{number:012d}_keypoints.json").write_text(text, encoding="utf-8")
    entry = import_sign(folder, "도착", PERMISSION, tmp_path / "mine")
    track = recorded_track(entry.with_suffix(".npz"))
    assert track.strong.active.any()
    assert 0.3 < track.frames / track.fps < len(crowd.frames) / crowd.fps + 0.1


def test_a_pose_file_becomes_an_entry(tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    path = shared_data("pose_fixtures") / "pose_fixtures/mediapipe.pose"
    entry = import_sign(path, "도착", PERMISSION, tmp_path)
    clip = load_clip(entry.with_suffix(".npz"))
    assert clip.provenance["recording"] == "mediapipe.pose"
    assert raised(clip.motion, "right").any() or raised(clip.motion, "left").any()


def test_the_command_writes_entries_and_needs_a_gloss_each(recording: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    permission = ["--licence", "CC0", "--consent", "asked on 2026-11-02"]
    arguments = ["sign-import", str(recording), *permission, "-o", str(folder)]
    done = CliRunner().invoke(app, [*arguments, "--gloss", "인사"])
    assert done.exit_code == 0, done.output
    assert (folder / "signs" / "인사.yaml").exists()
    with pytest.raises(UserError, match="1 recordings have 2 --gloss"):
        CliRunner().invoke(
            app, [*arguments, "--gloss", "인사", "--gloss", "반갑다"], catch_exceptions=False
        )
