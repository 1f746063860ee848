import dataclasses
import shutil

import lmdb
import numpy as np
import pytest

from gesture_core.dataset.units import (
    load_units,
    make_unit,
    mesh2motion_units,
    save_units,
    smartbody_units,
)
from gesture_core.errors import UserError
from gesture_core.motion import Motion
from gesture_core.rotation import quat_multiply, rotvec_to_quat
from gesture_core.skeleton import HUMANOID, forward_kinematics

LABELS = {
    "name": "test/wave",
    "performer": "test",
    "manner": "stand",
    "function": "beat",
    "source": "made up",
    "licence": "CC0-1.0",
}


def as_motion(rotations: np.ndarray, fps: float = 15.0) -> Motion:
    root = np.tile(HUMANOID.rest_positions[0], (len(rotations), 1))
    return Motion(HUMANOID, rotations.astype(float), root, fps)


@pytest.fixture
def left_arm(library):
    return as_motion(library.of("beat", "stand")[0].rotations)


def test_hand_and_times_are_found(left_arm):
    unit = make_unit(left_arm, {"emphasis": 1.0}, LABELS)
    assert unit.hand == "left"
    assert unit.parts == ("torso", "head", "leftArm")
    assert unit.stroke == pytest.approx(1.0)
    assert 0.25 <= unit.start <= 0.5
    assert 1.5 <= unit.end <= 1.75


def test_an_emphasis_at_rest_is_not_believed(left_arm):
    unit = make_unit(left_arm, {"emphasis": 0.0}, LABELS)
    assert 0.7 < unit.stroke < 1.3


def test_body_is_turned_to_the_front_and_hips_move_the_spine(left_arm):
    hips = HUMANOID.index("hips")
    aside = left_arm.rotations.copy()
    aside[:, hips] = rotvec_to_quat([0.0, 2.0, 0.0])
    aside[10:, hips] = quat_multiply(aside[10:, hips], rotvec_to_quat([0.3, 0.0, 0.0]))
    unit = make_unit(as_motion(aside), {}, LABELS)
    np.testing.assert_allclose(unit.rotations[:, hips], [[1, 0, 0, 0]] * len(aside), atol=1e-6)
    spine = unit.rotations[20, HUMANOID.index("spine")]
    np.testing.assert_allclose(spine, rotvec_to_quat([0.3, 0.0, 0.0]), atol=1e-6)


def test_round_trip_through_lmdb(library, tmp_path):
    path = tmp_path / "units.lmdb"
    save_units(path, library.units)
    loaded = load_units(path)
    assert loaded.sha256 == library.sha256
    assert [unit.name for unit in loaded.units] == [unit.name for unit in library.units]
    with pytest.raises(UserError, match="--force"):
        save_units(path, library.units)


def test_hash_changes_with_a_label_and_with_a_number(library):
    first, *others = library.units
    renamed = dataclasses.replace(first, function="beat")
    moved = dataclasses.replace(first, rotations=first.rotations * np.float32(0.999))
    hashes = {
        dataclasses.replace(library, units=(unit, *others)).sha256 for unit in (renamed, moved)
    }
    assert len(hashes | {library.sha256}) == 3


def test_other_files_are_refused(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        load_units(tmp_path / "none.lmdb")
    (tmp_path / "text.lmdb").write_text("not a database" * 1000)
    with pytest.raises(UserError, match=r"text\.lmdb"):
        load_units(tmp_path / "text.lmdb")
    foreign = tmp_path / "foreign.lmdb"
    with lmdb.open(str(foreign), subdir=False) as environment, environment.begin(write=True) as t:
        t.put(b"header", b'{"format": "other"}')
    with pytest.raises(UserError, match="not a unit library"):
        load_units(foreign)


CLIPS = (
    "Gestures/ChrBrad@Idle01_MeLf01",
    "Gestures/ChrBrad@Idle01_ArmStretch01",  # no gesture
    "Gestures2/ChrBrad@Idle01_MeLf01",  # a double
    "Gestures2/ChrBrad@Idle01_StopBt01",
    "FemaleGestures/ChrConnor@IdleStand01_StopForwardBt01",
    "PNGestures/negation2",
)


def test_real_archives(shared_data, tmp_path):
    archive = shared_data("smartbody") / "smartbody/data/behaviorsets"
    for name in CLIPS:
        folder, _, clip = name.partition("/")
        (tmp_path / folder / "motions").mkdir(parents=True, exist_ok=True)
        shutil.copytree(
            archive / folder / "skeletons", tmp_path / folder / "skeletons", dirs_exist_ok=True
        )
        shutil.copy(archive / folder / "motions" / f"{clip}.skm", tmp_path / folder / "motions")
    units = smartbody_units(tmp_path)
    assert [(unit.name, unit.manner, unit.function, unit.hand) for unit in units] == [
        ("brad/Idle01_MeLf01", "stand", "me", "left"),
        ("brad/Idle01_StopBt01", "stand", "stop", "both"),
        ("connor/IdleStand01_StopForwardBt01", "connor", "stop", "both"),
        ("perception/negation2", "perception", "negate", "right"),
    ]
    for unit in units:
        assert 0.0 <= unit.start < unit.stroke < unit.end <= unit.duration + 1e-6, unit.name
    stop = units[2]
    root = HUMANOID.rest_positions[0]
    pose = stop.rotations[round(stop.stroke * stop.fps)]
    positions, _ = forward_kinematics(HUMANOID, pose, root)
    for side in ("left", "right"):
        hand = positions[HUMANOID.index(f"{side}Hand")]
        assert hand[2] > 0.2, "a stop holds the hands out to the front"
        assert positions[HUMANOID.index(f"{side}MiddleDistal")][1] > hand[1], "fingers up"
    greetings = mesh2motion_units(shared_data("mesh2motion") / "mesh2motion/human-addon.glb")
    assert [unit.function for unit in greetings][:3] == ["bow", "greet", "nod"]
    assert greetings[0].parts == ("torso", "head")
