"""Plans, pins and retakes through the real worker process, as the add-on would ask for them."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_addon.client.backend import Backend
from blender_addon.client.job import Job, State
from blender_addon.client.process import LocalWorker
from gesture_core.formats.clip import Clip, load_clip, save_clip
from gesture_core.gestures.pins import held_error, read_pins
from gesture_core.gestures.redo import BLEND
from gesture_core.metrics.movement import wrist_positions
from gesture_core.metrics.seams import seams
from gesture_core.planning.plan_file import read_plan
from gesture_core.planning.plan_spans import spans_to_plan
from gesture_core.rotation import rotvec_to_quat

TEXT = "안녕하세요, 여러분. 저는 그렇게 생각하지 않습니다. 정말 많은 분들이 도와주셨어요."
SPOKEN = {"text": TEXT, "style": "neutral", "seed": 3, "voice": "espeak", "audio": None}
MADE = {**SPOKEN, "intensity": 1.0, "fps": 24.0}


@pytest.fixture(scope="module")
def worker() -> Iterator[Backend]:
    backend = Backend(LocalWorker((sys.executable, "-m", "gesture_core.worker")))
    yield backend
    backend.close()


def finish(job: Job, seconds: float = 180.0) -> Job:
    end = time.monotonic() + seconds
    while not job.poll():
        assert time.monotonic() < end, f"{job} did not end"
        time.sleep(0.005)
    return job


def redo(worker: Backend, asked: dict[str, Any]) -> Job:
    """Ask with the clip's speech sent along, wherever it lies."""
    speech = load_clip(asked["clip"]).audio
    beside = [speech] if speech and speech.exists() else []
    return finish(worker.submit("redo", asked, beside))


def files_of(job: Job, folder: Path) -> dict[str, Path]:
    assert job.state is State.DONE, job.error
    return job.save_files(folder)


@pytest.fixture(scope="module")
def clip(worker: Backend, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip file with its speech beside it."""
    folder = tmp_path_factory.mktemp("takes") / "take"
    return files_of(finish(worker.submit("perform", MADE)), folder)["clip.npz"]


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as members:
        return {name: members[name] for name in ("rotations", "root", "expressions")}


def test_a_plan_is_shown_edited_and_performed(worker: Backend, tmp_path: Path):
    job = finish(worker.submit("plan", SPOKEN))
    file = files_of(job, tmp_path / "plan")["plan.json"]
    plan = read_plan(file).plan
    assert [row["function"] for row in job.result["items"]] == [g.function for g in plan]
    assert {"word", "time", "hand", "amplitude", "why"} <= job.result["items"][0].keys()
    edited = json.loads(file.read_text(encoding="utf-8"))
    edited["gestures"] = edited["gestures"][:1]
    edited["gestures"][0] |= {"function": "point", "hand": "left"}
    file.write_text(json.dumps(edited), encoding="utf-8")
    job = finish(worker.submit("perform", {**MADE, "plan": file}))
    motion = load_clip(files_of(job, tmp_path / "made")["clip.npz"]).motion
    (gesture,) = spans_to_plan(motion.spans, motion.duration)
    assert gesture.function == "point"
    assert gesture.stroke == pytest.approx(edited["gestures"][0]["stroke"])


def test_a_stretch_is_redone_and_the_rest_stays_to_the_last_bit(
    worker: Backend, clip: Path, tmp_path: Path
):
    plan = spans_to_plan(load_clip(clip).motion.spans, 99.0)
    start = plan.gestures[1].stroke - 0.5
    asked = {"clip": clip, "start": start, "end": start + 1.2}
    found = [files_of(redo(worker, asked), tmp_path / str(n)) for n in range(2)]
    other = files_of(redo(worker, {**asked, "seed": 77}), tmp_path / "other")
    before, after = arrays(clip), arrays(found[0]["clip.npz"])
    times = np.arange(len(before["root"])) / MADE["fps"]
    outside = (times < start - BLEND) | (times > start + 1.2 + BLEND)
    for name, values in before.items():
        assert values[outside].tobytes() == after[name][outside].tobytes(), name
    again, differently = (arrays(take["clip.npz"])["rotations"] for take in (found[1], other))
    assert after["rotations"].tobytes() == again.tobytes()
    assert np.abs(after["rotations"] - before["rotations"]).max() > 0.02
    assert np.abs(after["rotations"] - differently).max() > 0.02
    old, new = load_clip(clip), load_clip(found[0]["clip.npz"])
    assert new.provenance["seed"] == old.provenance["seed"]
    assert len(new.provenance["retakes"]) == 1
    assert [s for s in new.motion.spans if s.kind == "word"] == [
        s for s in old.motion.spans if s.kind == "word"
    ]
    joints = np.rint(np.array([start - BLEND, start, start + 1.2, start + 1.2 + BLEND]) * 24.0)
    joined = seams(wrist_positions(new.motion), joints.astype(int).tolist(), 24.0)
    assert joined.jumps.max() < 1.5 * joined.elsewhere
    speech = clip.with_suffix(".wav").read_bytes()
    assert found[0]["clip.wav"].read_bytes() == speech


def test_a_redone_clip_can_be_redone(worker: Backend, clip: Path, tmp_path: Path):
    asked = {"start": 0.5, "end": 2.0}
    first = files_of(redo(worker, {**asked, "clip": clip}), tmp_path / "1")
    second = files_of(redo(worker, {**asked, "clip": first["clip.npz"]}), tmp_path / "2")
    takes = load_clip(second["clip.npz"]).provenance["retakes"]
    assert len({take["seed"] for take in takes}) == 2
    before, after = arrays(clip)["rotations"], arrays(second["clip.npz"])["rotations"]
    times = np.arange(len(before)) / MADE["fps"]
    assert before[times > 2.0 + BLEND].tobytes() == after[times > 2.0 + BLEND].tobytes()


def test_an_edited_plan_and_a_pin_are_performed_in_the_stretch_alone(
    worker: Backend, clip: Path, tmp_path: Path
):
    written = files_of(finish(worker.submit("plan", SPOKEN)), tmp_path / "plan")["plan.json"]
    edited = json.loads(written.read_text(encoding="utf-8"))
    for gesture in edited["gestures"]:
        gesture |= {"function": "shrug", "hand": "both"}
    written.write_text(json.dumps(edited), encoding="utf-8")
    pins = tmp_path / "pins.json"
    pins.write_text(
        json.dumps([{"time": 2.5, "pose": {"head": rotvec_to_quat([0.3, 0, 0]).tolist()}}])
    )
    asked = {"clip": clip, "start": 1.5, "end": 3.5, "plan": written, "pins": pins}
    motion = load_clip(files_of(redo(worker, asked), tmp_path / "new")["clip.npz"]).motion
    before = load_clip(clip).motion
    gestures = [spans_to_plan(take.spans, take.duration) for take in (before, motion)]
    assert [g.function for g in gestures[1]] == [
        "shrug" if 1.5 <= g.stroke <= 3.5 else g.function for g in gestures[0]
    ]
    assert "shrug" in {g.function for g in gestures[1]}
    assert np.degrees(held_error(motion, read_pins(pins))) < 0.1


def test_emblems_in_a_stretch_are_made_again(worker: Backend, tmp_path: Path):
    text = {**MADE, "text": "정말 감사합니다. 저는 이제 갑니다.", "emblems": True}
    first = files_of(finish(worker.submit("perform", text)), tmp_path / "1")["clip.npz"]
    asked = {"clip": first, "start": 0.4, "end": 1.6, "seed": 5}
    second = files_of(redo(worker, asked), tmp_path / "2")["clip.npz"]
    before, after = load_clip(first).motion, load_clip(second).motion
    emblems = [[s for s in take.spans if s.kind == "emblem"] for take in (before, after)]
    assert emblems[0] == emblems[1] != []
    bow = np.linalg.norm(wrist_positions(before) - wrist_positions(after), axis=-1)
    assert bow.max() < 0.25, "the same emblem, over another gesture at most"


def test_what_a_user_should_know_of_a_retake_is_told(worker: Backend, clip: Path, tmp_path: Path):
    made = load_clip(clip)
    older = tmp_path / "older.npz"
    save_clip(older, Clip(made.motion, made.audio, {**made.provenance, "model_sha256": "0" * 64}))
    end = made.motion.duration
    asked = {"clip": older, "start": end - 0.4, "end": end}
    job = redo(worker, asked)
    assert job.state is State.DONE, job.error
    assert job.result["warnings"] == [
        "the clip was made by another version of the gesture model",
        f"no gesture strokes from {end - 0.4:g} to {end:g} s",
    ]


def test_a_pinned_pose_holds(worker: Backend, tmp_path: Path):
    turns = {"rightUpperArm": [0.0, 0.2, 0.9], "rightLowerArm": [0.0, 0.9, 0.0]}
    pose = {bone: rotvec_to_quat(turn).tolist() for bone, turn in turns.items()}
    pins = tmp_path / "pins.json"
    pins.write_text(json.dumps([{"time": 2.0, "pose": pose}]))
    job = finish(worker.submit("perform", {**MADE, "pins": pins}))
    motion = load_clip(files_of(job, tmp_path / "made")["clip.npz"]).motion
    assert np.degrees(held_error(motion, read_pins(pins))) < 0.1


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("perform", {"plan": "/nowhere/plan.json"}, "plan must be a file that is sent along"),
        ("perform", {"plan": Path(__file__)}, "test_worker_edits.py"),
        ("perform", {"pins": Path(__file__)}, "test_worker_edits.py"),
        ("perform", {"emblems": 1}, "emblems must be true or false"),
        ("perform", {"exemplar": "/nowhere/me.bvh"}, "exemplar must be a file"),
        ("plan", {"style": "polka"}, "polka"),
        ("redo", {"clip": None}, "redo needs a clip"),
        ("redo", {"start": 1.0, "end": 99.0}, "1 to 99 s is not a stretch"),
        ("redo", {"start": None}, "start must be int or float"),
    ],
)
def test_wrong_arguments_are_the_users_to_fix(
    worker: Backend, clip: Path, name: str, change: dict[str, object], reason: str
):
    right = {"redo": {"clip": clip, "start": 1.0, "end": 2.0}, "plan": SPOKEN}
    job = finish(worker.submit(name, {**right.get(name, MADE), **change}))
    assert job.state is State.FAILED
    assert reason in job.error
    assert "defect" not in job.error


def test_a_clip_of_another_origin_cannot_be_redone(worker: Backend, clip: Path, tmp_path: Path):
    made = load_clip(clip)
    foreign = tmp_path / "foreign.npz"
    save_clip(foreign, Clip(made.motion, made.audio, {"source": "dance.bvh"}))
    job = redo(worker, {"clip": foreign, "start": 1.0, "end": 2.0})
    assert "does not say the text" in job.error
    silent = tmp_path / "silent.npz"
    save_clip(silent, Clip(made.motion, tmp_path / "gone.wav", made.provenance))
    job = redo(worker, {"clip": silent, "start": 1.0, "end": 2.0})
    assert "gone.wav" in job.error
