"""A written BVH file reads back with the same joint positions in the programs people use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gesture_core.formats.bvh import UNITS, read_bvh, write_bvh
from gesture_core.formats.bvh_preset import BVH_PRESETS
from gesture_core.motion import Motion
from gesture_core.pose.bone_names import recognise
from gesture_core.rotation import Array, rotvec_to_quat
from gesture_core.skeleton import HUMANOID, forward_kinematics
from tests.node import run_node

TESTS = Path(__file__).resolve().parent
FPS = 30000 / 1001
MILLIMETRE = 0.001


@pytest.fixture(scope="module")
def motion() -> Motion:
    """Every joint turning smoothly through whole circles, the body wandering about."""
    rng = np.random.default_rng(7)
    frames, joints = 40, len(HUMANOID)
    axes = rng.normal(size=(1, joints, 3))
    axes /= np.linalg.norm(axes, axis=-1, keepdims=True)
    angles = np.linspace(0.0, 2.5 * np.pi, frames)[:, None, None] * rng.uniform(
        0.2, 1.0, (joints, 1)
    )
    root = np.cumsum(rng.normal(scale=0.02, size=(frames, 3)), axis=0) + HUMANOID.offsets[0]
    return Motion(HUMANOID, rotvec_to_quat(axes * angles), root, FPS)


@pytest.fixture(scope="module")
def files(motion: Motion, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The motion as every program's file."""
    folder = tmp_path_factory.mktemp("bvh")
    paths = {program: folder / f"{program}.bvh" for program in BVH_PRESETS}
    for program, path in paths.items():
        write_bvh(path, motion, preset=BVH_PRESETS[program])
    return paths


def _metres(program: str) -> float:
    return UNITS[BVH_PRESETS[program].unit]


def _expected(motion: Motion) -> Array:
    return forward_kinematics(HUMANOID, motion.rotations, motion.root)[0]


def _distance(
    names: list[str], positions: Array, motion: Motion, program: str = "blender"
) -> float:
    """Largest distance in metres of any joint in any frame, a T-pose before them included."""
    preset = BVH_PRESETS[program]
    order = [names.index(preset.names.get(name, name)) for name in HUMANOID.names]
    expected = _expected(motion)
    if preset.t_pose_first:
        rest = HUMANOID.rest_positions + [1.0, 0.0, 1.0] * (motion.root[0] - HUMANOID.offsets[0])
        expected = np.concatenate([rest[None], expected])
    assert positions[:, order].shape == expected.shape
    return float(np.linalg.norm(positions[:, order] - expected, axis=-1).max())


@pytest.fixture(scope="module")
def blender(files: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """What Blender makes of each file; beside it lies what Blender exports again."""
    arguments = [str(word) for name, path in files.items() for word in (path, _metres(name))]
    script = TESTS / "blender" / "bvh_positions.py"
    run = subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, timeout=180
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return dict(zip(files, json.loads(run.stdout.splitlines()[-1]), strict=True))


@pytest.mark.parametrize("program", BVH_PRESETS)
def test_blender_reads_it(motion: Motion, blender: dict[str, dict[str, Any]], program: str) -> None:
    scene = blender[program]
    assert _distance(scene["names"], np.array(scene["positions"]), motion, program) < MILLIMETRE
    assert scene["fps"] == pytest.approx(FPS, rel=1e-6)
    names = BVH_PRESETS[program].names
    order = [scene["names"].index(names.get(name, name)) for name in HUMANOID.names]
    rest = HUMANOID.rest_positions - HUMANOID.rest_positions[0]
    np.testing.assert_allclose(np.array(scene["rest"])[order], rest, atol=MILLIMETRE)


@pytest.mark.usefixtures("blender")
@pytest.mark.parametrize("program", BVH_PRESETS)
def test_we_read_what_blender_writes(motion: Motion, files: dict[str, Path], program: str) -> None:
    """Blender writes Z up, rounds the frame time and gives every joint position channels."""
    read = read_bvh(files[program].with_suffix(".blender.bvh"))
    assert read.fps == FPS
    upright = read.turned(rotvec_to_quat([-np.pi / 2, 0.0, 0.0]))
    assert _distance(list(read.names), upright.world()[0], motion, program) < MILLIMETRE


@pytest.mark.parametrize("program", BVH_PRESETS)
def test_pybvh_reads_it(motion: Motion, files: dict[str, Path], program: str) -> None:
    pybvh = pytest.importorskip("pybvh")
    read = pybvh.read_bvh_file(str(files[program]))
    positions = np.asarray(read.joint_positions()) * _metres(program)
    assert _distance(list(read.joint_names), positions, motion, program) < MILLIMETRE
    assert read.fps == pytest.approx(FPS, rel=1e-6)


@pytest.mark.parametrize("program", BVH_PRESETS)
def test_three_js_reads_it(motion: Motion, files: dict[str, Path], program: str) -> None:
    read = run_node("bvh_positions.mjs", files[program])
    positions = np.array(read["positions"]) * _metres(program)
    assert _distance(read["names"], positions, motion, program) < MILLIMETRE
    assert read["fps"] == pytest.approx(FPS, rel=1e-5)


@pytest.mark.parametrize("program", BVH_PRESETS)
def test_its_joints_are_recognised_again(files: dict[str, Path], program: str) -> None:
    _, bones = recognise(read_bvh(files[program]).names)
    names = BVH_PRESETS[program].names
    left_out = {name for name in HUMANOID.names if name.endswith(("Eye", "jaw"))}
    wanted = {name: names.get(name, name) for name in HUMANOID.names}
    assert {name: wanted[name] for name in bones} == bones
    assert set(wanted) - set(bones) <= (left_out if program == "unreal" else set())
