"""Any motion file as a Motion on HUMANOID: the rig is recognised by its joint names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.bvh import read_bvh
from gesture_core.formats.clip import load_clip
from gesture_core.formats.cmu_expmap import is_cmu_expmap, read_cmu_expmap
from gesture_core.formats.glb import read_glb
from gesture_core.formats.joint_positions import JointPositions
from gesture_core.formats.kinect_csv import is_kinect_csv, read_kinect_csv
from gesture_core.formats.labanotation import is_labanotation, read_labanotation
from gesture_core.formats.smartbody import read_sk, read_skm
from gesture_core.formats.source_motion import SourceMotion
from gesture_core.formats.unity_anim import read_unity_anim
from gesture_core.motion import Motion
from gesture_core.pose.bone_names import REQUIRED, recognise
from gesture_core.pose.humanoid import to_humanoid
from gesture_core.pose.rest import standing_rest
from gesture_core.pose.solve import solve
from gesture_core.rotation import quat_angle, quat_identity
from gesture_core.skeleton import HUMANOID, forward_kinematics

Array = NDArray[np.float64]

SUFFIXES: tuple[str, ...] = (
    *(".npz", ".bvh", ".glb", ".vrma", ".skm", ".anim"),
    *(".csv", ".txt", ".json"),
)
"""Of the last three only the tables and keyframes that `is_motion_table` knows are read."""

_TABLES: dict[str, tuple[Callable[[Path], bool], str]] = {
    ".csv": (is_kinect_csv, "a table of Kinect v2 skeletons"),
    ".txt": (is_cmu_expmap, "CMU mocap as exponential maps"),
    ".json": (is_labanotation, "a list of Labanotation keyframes"),
}


def read_motion(
    path: Path | str, *, animation: str | None = None, skeleton: Path | None = None
) -> Motion:
    """Read a motion file of any kind in `SUFFIXES` and express it on HUMANOID.

    `animation` names one of several in a glTF file; `skeleton` is the `.sk` or `.bvh` file of a
    `.skm`, by default the one beside it. Raises `UserError` for a file that cannot be read, a rig
    whose required bones are not recognised, or a body that never stands.
    """
    path = Path(path)
    readers: dict[str, Callable[[], SourceMotion | JointPositions]] = {
        ".bvh": lambda: read_bvh(path),
        ".glb": lambda: read_glb(path, animation),
        ".vrma": lambda: read_glb(path, animation),
        ".skm": lambda: read_skm(path, read_skeleton(skeleton or _skeleton_beside(path))),
        ".anim": lambda: read_unity_anim(path),
        ".csv": lambda: read_kinect_csv(path),
        ".txt": lambda: read_cmu_expmap(path),
        ".json": lambda: read_labanotation(path),
    }
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return clip_to_humanoid(load_clip(path).motion)
    if suffix not in readers:
        raise UserError(f"cannot read motion from {path}: use one of {', '.join(SUFFIXES)}")
    if suffix in _TABLES and not is_motion_table(path):
        raise UserError(f"cannot read motion from {path}: it is not {_TABLES[suffix][1]}")
    try:
        source = readers[suffix]()
        if isinstance(source, JointPositions):
            return positions_to_motion(source)
        return source_to_motion(source)
    except UserError as error:
        raise error if str(path) in str(error) else UserError(f"{path}: {error}") from error


def clip_to_humanoid(motion: Motion) -> Motion:
    """A clip's motion on HUMANOID, its face and spans kept; `UserError` for an unknown rig."""
    rest = motion.skeleton
    positions = np.tile(rest.offsets, (motion.frames, 1, 1))
    positions[:, 0] = motion.root
    source = SourceMotion(
        names=rest.names,
        parents=rest.parents,
        rest_offsets=rest.offsets,
        rest_rotations=quat_identity((len(rest),)),
        rotations=motion.rotations,
        positions=positions,
        fps=motion.fps,
    )
    found = source_to_motion(source)
    return replace(found, expressions=motion.expressions, spans=motion.spans)


def is_motion_table(path: Path | str) -> bool:
    """Whether a `.csv`, `.txt` or `.json` file holds movement that `read_motion` reads."""
    known = _TABLES.get(Path(path).suffix.lower())
    return known is not None and known[0](Path(path))


def positions_to_motion(joints: JointPositions) -> Motion:
    """Solve joint positions for a motion on HUMANOID whose feet stand on the ground."""
    solved = solve(joints.positions, joints.names, joints.fps, confidence=joints.confidence)
    return grounded(solved)


def source_to_motion(source: SourceMotion) -> Motion:
    """Express a foreign motion on HUMANOID; see `read_motion`, which says what can be wrong.

    A motion on HUMANOID itself, such as a BVH file we wrote, is taken over unchanged.
    """
    if _is_humanoid(source):
        return _reordered(source)
    rig, bones = recognise(source.names)
    missing = [bone for bone in REQUIRED if bone not in bones]
    if missing:
        raise UserError(
            f"no joint found for {', '.join(missing)}; its {len(source.names)} joints resemble "
            f"{rig.title} most: {', '.join(source.names[:8])} …"
        )
    source = standing_rest(source, bones, rig.rest)
    twists = {bone: joint for bone, joint in rig.twists.items() if joint in source.names}
    return grounded(to_humanoid(source, bones, twists))


def _is_humanoid(source: SourceMotion) -> bool:
    """Whether the skeleton is HUMANOID itself: names, proportions and rest rotations."""
    if sorted(source.names) != sorted(HUMANOID.names):
        return False
    order = [source.index(name) for name in HUMANOID.names]
    same_bones = np.allclose(source.rest_offsets[order[1:]], HUMANOID.offsets[1:], atol=1e-4)
    return same_bones and bool(np.all(quat_angle(source.rest_rotations) < 1e-4))


def _reordered(source: SourceMotion) -> Motion:
    order = [source.index(name) for name in HUMANOID.names]
    return Motion(HUMANOID, source.rotations[:, order], source.positions[:, order[0]], source.fps)


def grounded(motion: Motion) -> Motion:
    """The motion raised or lowered as a whole until its feet stand at the height of HUMANOID's.

    Rigs differ in how high ankle and hips lie, and BVH files in what their root's height means.
    """
    feet = [HUMANOID.index(f"{side}Foot") for side in ("left", "right")]
    positions, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    lower: Array = positions[:, feet, 1].min(axis=1)
    standing = float(np.percentile(lower, 25.0))
    lift = HUMANOID.rest_positions[feet[0], 1] - standing
    return replace(motion, root=motion.root + [0.0, lift, 0.0])


def read_skeleton(path: Path) -> SourceMotion:
    """Read the skeleton of SmartBody motions: an `.sk` file or the rest pose of a `.bvh` file."""
    return read_bvh(path) if path.suffix.lower() == ".bvh" else read_sk(path)


def _skeleton_beside(motion: Path) -> Path:
    """The skeleton of a `.skm`: the one with the name before its "@", or the only one beside it."""
    folders = (motion.parent, motion.parent.parent / "skeletons", motion.parent.parent)
    found = [
        file for folder in folders for suffix in ("*.sk", "*.bvh") for file in folder.glob(suffix)
    ]
    namesake = [file for file in found if file.stem == motion.stem.partition("@")[0]]
    choice = namesake or found
    if len(choice) != 1:
        names = ", ".join(str(file) for file in choice) or "none"
        raise UserError(f"{motion} needs its skeleton (.sk or .bvh); found beside it: {names}")
    return choice[0]
