"""Building a set: from every kind of source, through kills, broken files and a full disk."""

from __future__ import annotations

import json
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgpack
import numpy as np
import pytest

from gesture_core.config import load_config
from gesture_core.dataset.build import build
from gesture_core.dataset.report import Summary, read_report
from gesture_core.dataset.steps import BuildConfig
from gesture_core.dataset.store import open_set
from gesture_core.dataset.workspace import Workspace, load_keypoints
from gesture_core.errors import UserError
from gesture_core.formats.bvh import write_bvh
from gesture_core.formats.clip import load_clip
from gesture_core.formats.video import write_video
from gesture_core.keypoints import (
    BODY_SLICE,
    FACE_SLICE,
    KEYPOINTS,
    LEFT_HAND_SLICE,
    RIGHT_HAND_SLICE,
    Keypoints,
    keypoint,
)
from gesture_core.motion import Motion, crop, mirror, resample
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
TALKS = FIXTURES / "talks"
SETTINGS = ("filters.min_seconds=1.0", "filters.min_picture_change=0.2")


def config(*overrides: str) -> BuildConfig:
    return load_config(BuildConfig, None, (*SETTINGS, *overrides))


def performance() -> Motion:
    return load_clip(TALKS / "mina_talk_truth.npz").motion


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of motion files: two speakers, two formats, words beside one of them."""
    root = tmp_path_factory.mktemp("moves") / "moves"
    motion = performance()
    for speaker, own in (("ann", motion), ("bo", mirror(motion))):
        (root / speaker).mkdir(parents=True)
        for number in range(4):
            path = root / speaker / f"take{number}.bvh"
            write_bvh(path, crop(own, 5 * number, own.frames - 5 * number))
    shutil.copy(TALKS / "mina_talk_truth.npz", root / "ann" / "clip.npz")
    (root / "bo" / "take0.srt").write_text("1\n00:00:00,200 --> 00:00:01,400\n안녕하세요 여러분\n")
    return root


def momjit(*arguments: object, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gesture_core.cli", "dataset", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


# ── motion files ──────────────────────────────────────────────────────────────────────────────


def test_motion_files_become_records_that_move_as_they_did(moves: Path, tmp_path: Path) -> None:
    summary = build([moves], tmp_path / "set.lmdb", config("fps=15"))
    assert summary.kept.clips == 9
    with open_set(tmp_path / "set.lmdb") as motions:
        assert motions.names[0] == "moves/ann/clip.npz#"
        record = motions.record("moves/bo/take1.bvh#")
        assert (record.speaker, record.source, record.alignment) == ("moves/bo", "bvh", "none")
        assert record.provenance["file"] == "moves/bo/take1.bvh"
        original = mirror(performance())
        expected = resample(crop(original, 5, original.frames - 5), 15.0)
        true, _ = forward_kinematics(expected.skeleton, expected.rotations, expected.root)
        got, _ = forward_kinematics(
            record.motion.skeleton, record.motion.rotations, record.motion.root
        )
        assert np.abs(got - true).max() < 1e-3
        words = motions.record("moves/bo/take0.bvh#")
        assert [span.text for span in words.motion.spans] == ["안녕하세요", "여러분"]
        assert words.alignment == "estimated"
        assert set(motions.splits) == {"moves/ann", "moves/bo"}


def test_the_same_input_gives_the_same_bytes_however_it_is_made(
    moves: Path, tmp_path: Path
) -> None:
    build([moves], tmp_path / "one.lmdb", config(), jobs=1)
    build([moves], tmp_path / "two.lmdb", config(), jobs=3)
    build([moves / "bo"], tmp_path / "parts" / "bo.lmdb", config())
    assert (tmp_path / "one.lmdb").read_bytes() == (tmp_path / "two.lmdb").read_bytes()


def test_a_set_grows_by_appending(moves: Path, tmp_path: Path) -> None:
    grown = tmp_path / "moves"
    shutil.copytree(moves, grown)
    late = [grown / "ann" / "take3.bvh", grown / "bo" / "take2.bvh"]
    kept = [path.read_bytes() for path in late]
    for path in late:
        path.unlink()
    output = tmp_path / "grown.lmdb"
    assert build([grown], output, config()).kept.clips == 7
    for path, data in zip(late, kept, strict=True):
        path.write_bytes(data)
    with pytest.raises(UserError, match="already exists"):
        build([grown], output, config())
    reports = {path: path.stat().st_mtime_ns for path in (tmp_path / "grown.build").rglob("*/*")}
    build([grown], output, config(), append=True)
    assert {path: path.stat().st_mtime_ns for path in reports} == reports  # nothing is made twice
    build([moves], tmp_path / "whole.lmdb", config())
    assert output.read_bytes() == (tmp_path / "whole.lmdb").read_bytes()


def test_a_changed_setting_and_changed_subtitles_are_not_overlooked(
    moves: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "moves"
    shutil.copytree(moves / "bo", folder)
    output = tmp_path / "set.lmdb"
    build([folder], output, config("fps=15"))
    (folder / "take0.srt").write_text("1\n00:00:00,200 --> 00:00:01,400\n다른 말\n")
    half_written = tmp_path / ".set.k1ll3d.lmdb"  # by a process that was killed
    half_written.write_bytes(b"half")
    build([folder], output, config("fps=30"), force=True)
    assert not half_written.exists()
    with open_set(output) as motions:
        assert motions.fps == 30.0
        spans = motions.record("moves/take0.bvh#").motion.spans
        assert [span.text for span in spans] == ["다른", "말"]


def test_what_a_changed_source_no_longer_gives_is_dropped(tmp_path: Path) -> None:
    units, output = tmp_path / "talk", tmp_path / "set.lmdb"
    seen = still_keypoints()
    write_openpose(units, seen)
    build([units], output, config("filters.min_seconds=1.0"))
    with open_set(output) as motions:
        assert motions.names == ("talk#000000.000",)
    for number in range(45):  # the first half shows nobody any more
        (units / f"talk_{number:012d}_keypoints.json").write_text('{"people": []}')
    build([units], output, config("filters.min_seconds=1.0"), append=True)
    with open_set(output) as motions:
        assert motions.names == ("talk#000001.500",)


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random_moments_it_ends_with_the_same_bytes(
    moves: Path, tmp_path: Path, seed: int
) -> None:
    output, whole = tmp_path / "set.lmdb", tmp_path / "whole.lmdb"
    build([moves], whole, config(), jobs=2)
    moments = random.Random(seed)
    command = [sys.executable, "-m", "gesture_core.cli", "dataset", "build", str(moves)]
    command += ["-o", str(output), "--jobs", "2", *(f"--set={setting}" for setting in SETTINGS)]
    for _ in range(3):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.5, 6.0))
        process.kill()
        process.wait()
        assert not output.exists() or output.read_bytes() == whole.read_bytes()
    if not output.exists():
        subprocess.run(command, check=True, capture_output=True)
    assert output.read_bytes() == whole.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_full_disk_is_one_line_and_the_build_goes_on_later(moves: Path, tmp_path: Path) -> None:
    output = tmp_path / "set.lmdb"

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    arguments = ("build", moves, "-o", output, "--jobs", "1")
    full = momjit(*arguments, preexec_fn=small_files_only)
    assert full.returncode == 2, full.stderr
    assert "File too large" in full.stderr
    assert "Traceback" not in full.stderr
    assert not output.exists()
    again = momjit(*arguments)
    assert again.returncode == 0, again.stderr
    build([moves], tmp_path / "whole.lmdb", load_config(BuildConfig, None))
    assert output.read_bytes() == (tmp_path / "whole.lmdb").read_bytes()


# ── talks ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Summary]:
    """The rendered talks, built: their folder, the set and the summary."""
    root = tmp_path_factory.mktemp("talks")
    folder = root / "talks"
    folder.mkdir()
    for path in (*TALKS.glob("*.mp4"), *TALKS.glob("*.vtt")):
        shutil.copy(path, folder)
    output = root / "talks.lmdb"
    summary = build([folder], output, config("filters.max_people=1.5"), jobs=2)
    return folder, output, summary


def test_a_talk_becomes_a_record_with_its_words(talks: tuple[Path, Path, Summary]) -> None:
    _, output, _ = talks
    truth = load_clip(TALKS / "mina_talk_truth.npz").motion
    with open_set(output) as motions:
        (name,) = [name for name in motions.names if name.startswith("talks/mina_talk.mp4#")]
        record = motions.record(name)
    assert record.alignment == "subtitles"
    words = [span for span in truth.spans if span.kind == "word"]
    assert [span.text for span in record.motion.spans] == [span.text for span in words]
    starts = np.array([span.start for span in record.motion.spans])
    shift = record.provenance["start"]
    assert np.abs(starts + shift - [span.start for span in words]).max() < 0.01
    assert record.provenance["seen"]["body"] > 0.9


def test_scenes_people_and_backs_are_told_apart(talks: tuple[Path, Path, Summary]) -> None:
    _, output, summary = talks
    workspace = Workspace.of(output)
    index = json.loads(workspace.index.read_text())

    def clips(name: str):
        return read_report(workspace.report(index[f"talks/{name}"]["key"])).clips

    far, near = clips("two_scenes.mp4")
    assert (far.start, far.end, far.message) == (0, 90, "PASS")
    assert (near.start, near.message) == (90, "too many missing joints")  # hands out of the picture
    assert {clip.message for clip in clips("two_people.mp4")} == {"too many people"}
    turned = clips("turned_away.mp4")
    assert turned[0].kept
    assert turned[0].end / 30 == pytest.approx(2.9, abs=0.5)
    assert not turned[-1].kept
    assert turned[-1].message == "looking behind"
    assert {reason.name for reason in summary.reasons} >= {"PASS", "too many people"}


def test_a_second_build_looks_at_no_picture_again(talks: tuple[Path, Path, Summary]) -> None:
    folder, output, _ = talks
    before = output.read_bytes()
    seen = sorted((output.parent / "talks.build" / "seen").iterdir())
    changed = {path: path.stat().st_mtime_ns for path in seen}
    build([folder], output, config("filters.max_people=1.5"), jobs=2, force=True)
    assert output.read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in seen} == changed


def test_the_preview_shows_kept_and_rejected(
    talks: tuple[Path, Path, Summary], tmp_path: Path
) -> None:
    _, output, _ = talks
    done = momjit("preview", output, "-o", tmp_path / "look", "--clips", "2")
    assert done.returncode == 0, done.stderr
    paths = [Path(line) for line in done.stdout.split()]
    assert {path.suffix for path in paths} == {".png", ".mp4"}
    assert all(path.stat().st_size > 10_000 for path in paths)


def test_info_says_what_is_in_it(talks: tuple[Path, Path, Summary]) -> None:
    _, output, summary = talks
    done = momjit("info", output, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["clips"] == summary.kept.clips


# ── what is broken ────────────────────────────────────────────────────────────────────────────


def broken_folder(root: Path) -> Path:
    folder = root / "broken"
    folder.mkdir()
    talk = (TALKS / "two_scenes.mp4").read_bytes()
    (folder / "no_index.mp4").write_bytes(talk[: len(talk) // 3])
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_text("이것은 영상이 아닙니다.")
    (folder / "walk.bvh").write_text("HIERARCHY\nROOT Hips\n{\nOFFSET nan 0 0\n")
    (folder / "clip.npz").write_bytes(b"PK\x03\x04 nothing")
    grey = [np.full((120, 160, 3), 90 + n % 60, np.uint8) for n in range(60)]
    write_video(folder / "nobody.mp4", grey, 30.0)
    frames = folder / "openpose"
    frames.mkdir()
    person = {"pose_keypoints_2d": [float("nan")] * 75}
    for number in range(4):
        path = frames / f"talk_{number:012d}_keypoints.json"
        path.write_text(json.dumps({"people": [person]}))
    return folder


def test_broken_files_are_named_and_the_rest_is_built(tmp_path: Path, moves: Path) -> None:
    folder = broken_folder(tmp_path)
    done = momjit(
        "build", folder, moves / "ann" / "take0.bvh", "-o", tmp_path / "set.lmdb", "--json"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    skipped = {one["source"]: one["reason"] for one in found["skipped"]}
    for name in ("no_index.mp4", "empty.mp4", "text.mp4", "walk.bvh", "clip.npz", "openpose"):
        assert len(skipped[f"broken/{name}"]) > 15, skipped
        assert "Traceback" not in skipped[f"broken/{name}"]
        assert "defect" not in skipped[f"broken/{name}"]
    assert "broken/nobody.mp4" not in skipped
    assert [reason["name"] for reason in found["reasons"]] == ["empty frames"]
    assert found["kept"]["clips"] == 1


def test_nothing_usable_is_an_error_that_says_where_to_look(tmp_path: Path) -> None:
    done = momjit("build", broken_folder(tmp_path), "-o", tmp_path / "set.lmdb", "--jobs", "2")
    assert done.returncode == 2
    assert "nothing usable was found" in done.stderr
    assert "summary.md" in done.stderr
    assert not (tmp_path / "set.lmdb").exists()
    summary = (tmp_path / "set.build" / "summary.md").read_text()
    assert "broken/empty.mp4" in summary


def test_a_set_of_a_newer_version_is_left_alone(moves: Path, tmp_path: Path) -> None:
    import lmdb

    output = tmp_path / "set.lmdb"
    build([moves / "ann" / "take0.bvh"], output, config())
    with lmdb.open(str(output), subdir=False, lock=False, map_size=1 << 28) as environment:
        with environment.begin(write=True) as transaction:
            header = msgpack.unpackb(transaction.get(b"header") or b"")
            newer: bytes = msgpack.packb(header | {"version": 2}) or b""
            transaction.put(b"header", newer)
    before = output.read_bytes()
    for arguments in (("info", output), ("build", moves, "-o", output, "--append")):
        done = momjit(*arguments)
        assert done.returncode == 2
        assert "newer momjit" in done.stderr
    assert output.read_bytes() == before


def test_settings_and_estimators_that_do_not_exist_are_named(moves: Path, tmp_path: Path) -> None:
    done = momjit("build", moves, "-o", tmp_path / "s.lmdb", "--set", "filters.min_second=1")
    assert done.returncode == 2
    assert "min_seconds" in done.stderr
    done = momjit("build", moves, "-o", tmp_path / "s.lmdb", "--set", "estimation.estimator=alpha")
    assert done.returncode == 2
    assert "mediapipe" in done.stderr


# ── keypoints of others, composed sentences ───────────────────────────────────────────────────


def still_keypoints() -> Keypoints:
    """Three seconds of somebody who stands before the camera, as a perfect detector sees them."""
    with np.load(TALKS / "mina_talk_joints.npz") as file:
        names, camera, focal = file["names"].tolist(), file["camera"], float(file["focal"])
    marks = {"nose": "nose", "leftEye": "leftEye", "rightEye": "rightEye"}
    for side in SIDES:
        bones = {"Shoulder": "UpperArm", "Elbow": "LowerArm", "Wrist": "Hand", "Hip": "UpperLeg"}
        marks |= {f"{side}{joint}": f"{side}{bone}" for joint, bone in bones.items()}
    points = np.zeros((90, len(KEYPOINTS), 2))
    for mark, name in marks.items():
        x, y, depth = camera[0, names.index(name)]
        points[:, keypoint(mark)] = [240 + focal * x / depth, 180 - focal * y / depth]
    middle = points[:, [keypoint("leftShoulder"), keypoint("rightShoulder")]].mean(axis=1)
    points[:, keypoint("neck")] = middle
    confidence = np.any(points != 0.0, axis=-1).astype(float)
    return Keypoints(points, confidence, np.ones(90, dtype=np.int64), 30.0, 480, 360)


def write_openpose(folder: Path, keypoints: Keypoints) -> None:
    folder.mkdir(parents=True)
    parts = {
        "pose_keypoints_2d": BODY_SLICE,
        "face_keypoints_2d": FACE_SLICE,
        "hand_left_keypoints_2d": LEFT_HAND_SLICE,
        "hand_right_keypoints_2d": RIGHT_HAND_SLICE,
    }
    rows = np.concatenate([keypoints.points, keypoints.confidence[..., None]], axis=-1)
    for number, row in enumerate(rows):
        person = {name: row[part].ravel().tolist() for name, part in parts.items()}
        path = folder / f"{folder.name}_{number:012d}_keypoints.json"
        path.write_text(json.dumps({"people": [person]}))


def test_keypoints_of_others_give_the_movement_that_the_video_gave(
    talks: tuple[Path, Path, Summary], tmp_path: Path
) -> None:
    _, output, _ = talks
    workspace = Workspace.of(output)
    key = json.loads(workspace.index.read_text())["talks/mina_talk.mp4"]["key"]
    seen = load_keypoints(workspace.take(key, 0))
    root = tmp_path / "theirs"
    write_openpose(root / "mina", seen)
    clip = "NIA_SL_SEN0001_REAL07_F"
    write_openpose(
        root / clip, replace(seen, points=3.0 * seen.points)
    )  # their pictures are larger
    gloss = {"start": 1.0, "end": 1.5, "attributes": [{"name": "안녕"}]}
    (root / f"{clip}_morpheme.json").write_text(json.dumps({"metaData": {}, "data": [gloss]}))
    build([root], tmp_path / "theirs.lmdb", config())
    with open_set(output) as ours, open_set(tmp_path / "theirs.lmdb") as theirs:
        (name,) = [name for name in ours.names if name.startswith("talks/mina_talk.mp4#")]
        expected = positions(ours.motion(name))
        openpose = theirs.record("theirs/mina#000000.000")
        signed = theirs.record(f"theirs/{clip}#000000.000")
    assert (openpose.source, openpose.alignment) == ("openpose", "none")
    assert np.linalg.norm(positions(openpose.motion) - expected, axis=-1).mean() < 0.01
    assert (signed.source, signed.speaker, signed.alignment) == ("aihub", "REAL07", "annotated")
    assert [(s.kind, s.text, s.start) for s in signed.motion.spans] == [("gloss", "안녕", 1.0)]


def positions(motion: Motion) -> np.ndarray:
    return forward_kinematics(motion.skeleton, motion.rotations, motion.root)[0]


def test_lifted_movement_is_that_of_the_character_in_the_video(
    talks: tuple[Path, Path, Summary],
) -> None:
    _, output, _ = talks
    truth = load_clip(TALKS / "mina_talk_truth.npz").motion
    with open_set(output) as motions:
        (name,) = [name for name in motions.names if name.startswith("talks/mina_talk.mp4#")]
        lifted = motions.motion(name)
    joints = HUMANOID.indices(
        tuple(side + bone for side in SIDES for bone in ("UpperArm", "LowerArm", "Hand"))
    )
    frames = min(lifted.frames, truth.frames)

    def about_the_hips(motion: Motion) -> np.ndarray:
        places = positions(motion)
        return (places[:, joints] - places[:, :1])[:frames]

    errors = np.linalg.norm(about_the_hips(lifted) - about_the_hips(truth), axis=-1)
    still = about_the_hips(truth).mean(axis=0)
    assert errors.mean() < 0.06
    assert errors.mean() < 0.7 * np.linalg.norm(about_the_hips(truth) - still, axis=-1).mean()


def test_smartbody_gives_units_and_composed_sentences(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    text = tmp_path / "sentences.txt"
    text.write_text("안녕하세요 여러분\n오늘은 정말 큰 꿈을 이야기하겠습니다\n저는 괜찮아요\n")
    source = shared_data("smartbody") / "smartbody/data/behaviorsets"
    settings = (f"composed.text={text}", "composed.minutes=0.5", "composed.text_licence=CC0-1.0")
    build([source], tmp_path / "units.lmdb", config(*settings))
    with open_set(tmp_path / "units.lmdb") as motions:
        metas = list(motions.metas())
    composed = [meta for meta in metas if meta.alignment == "composed"]
    units = [meta for meta in metas if meta.source == "unit"]
    assert sum(meta.seconds for meta in composed) >= 30.0
    assert all(meta.words and meta.provenance["text_licence"] == "CC0-1.0" for meta in composed)
    assert len(units) > 150
    assert all({span.kind for span in meta.spans} == {"gesture", "stroke"} for meta in units)
