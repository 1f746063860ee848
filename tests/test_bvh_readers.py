"""A written BVH file reads back with the same joint positions in the programs people use."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gesture_core.formats.bvh import UNITS, read_bvh, write_bvh
from gesture_core.motion import Motion
from gesture_core.rotation import Array, rotvec_to_quat
from gesture_core.skeleton import HUMANOID, forward_kinematics

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
    """The motion as a file in each unit."""
    folder = tmp_path_factory.mktemp("bvh")
    paths = {unit: folder / f"{unit}.bvh" for unit in UNITS}
    for unit, path in paths.items():
        write_bvh(path, motion, unit)
    return paths


def _expected(motion: Motion) -> Array:
    return forward_kinematics(HUMANOID, motion.rotations, motion.root)[0]


def _distance(names: list[str], positions: Array, motion: Motion) -> float:
    """Largest distance in metres of any joint in any frame."""
    order = [names.index(name) for name in HUMANOID.names]
    expected = _expected(motion)
    assert positions[:, order].shape == expected.shape
    return float(np.linalg.norm(positions[:, order] - expected, axis=-1).max())


@pytest.fixture(scope="module")
def blender(files: dict[str, Path]) -> list[dict[str, Any]]:
    """What Blender makes of each file; beside it lies what Blender exports again."""
    arguments = [str(word) for unit, path in files.items() for word in (path, UNITS[unit])]
    script = TESTS / "blender" / "bvh_positions.py"
    run = subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, timeout=180
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])


def test_blender_reads_metres_and_centimetres(
    motion: Motion, blender: list[dict[str, Any]]
) -> None:
    assert len(blender) == len(UNITS)
    rest = HUMANOID.rest_positions - HUMANOID.rest_positions[0]
    for scene in blender:
        assert _distance(scene["names"], np.array(scene["positions"]), motion) < MILLIMETRE
        assert scene["fps"] == pytest.approx(FPS, rel=1e-6)
        order = [scene["names"].index(name) for name in HUMANOID.names]
        np.testing.assert_allclose(np.array(scene["rest"])[order], rest, atol=MILLIMETRE)


@pytest.mark.usefixtures("blender")
@pytest.mark.parametrize("unit", UNITS)
def test_we_read_what_blender_writes(motion: Motion, files: dict[str, Path], unit: str) -> None:
    """Blender writes Z up, rounds the frame time and gives every joint position channels."""
    read = read_bvh(files[unit].with_suffix(".blender.bvh"))
    assert read.fps == FPS
    upright = read.turned(rotvec_to_quat([-np.pi / 2, 0.0, 0.0]))
    assert _distance(list(read.names), upright.world()[0], motion) < MILLIMETRE


@pytest.mark.parametrize("unit", UNITS)
def test_pybvh_reads_it(motion: Motion, files: dict[str, Path], unit: str) -> None:
    pybvh = pytest.importorskip("pybvh")
    read = pybvh.read_bvh_file(str(files[unit]))
    positions = np.asarray(read.joint_positions()) * UNITS[unit]
    assert _distance(list(read.joint_names), positions, motion) < MILLIMETRE
    assert read.fps == pytest.approx(FPS, rel=1e-6)


@pytest.mark.parametrize("unit", UNITS)
def test_three_js_reads_it(
    motion: Motion, files: dict[str, Path], unit: str, three_js: Path
) -> None:
    run = subprocess.run(
        ["node", three_js / "bvh_positions.mjs", files[unit]],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    read = json.loads(run.stdout)
    positions = np.array(read["positions"]) * UNITS[unit]
    assert _distance(read["names"], positions, motion) < MILLIMETRE
    assert read["fps"] == pytest.approx(FPS, rel=1e-5)


@pytest.fixture(scope="module")
def three_js() -> Path:
    """The folder of the three.js scripts, its package installed on first use."""
    folder = TESTS / "js"
    if shutil.which("node") is None:
        pytest.skip("node is not installed, so three.js cannot run")
    if not (folder / "node_modules" / "three").is_dir():
        install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=folder, check=True, timeout=300)
    return folder
