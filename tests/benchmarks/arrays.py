"""Cases inside one process: correction and BVH writing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.correction import correct
from gesture_core.formats.bvh import write_bvh
from gesture_core.motion import Motion
from tests.benchmarks.timing import Row, timing_of


def correction(motion: Motion) -> Row:
    """Correcting the motion, against checking the joint limits alone, frame by frame."""
    limits = humanoid_limits()
    correct(motion)

    def frame_by_frame() -> None:
        for pose in motion.rotations:
            limit_use(limits, pose)

    return Row(
        f"correct {motion.duration:.0f} s of motion",
        timing_of(lambda: correct(motion), 5),
        None,
        "joint limits alone, frame by frame",
        timing_of(frame_by_frame),
    )


def bvh_writing(motion: Motion, folder: Path) -> Row:
    """Writing a BVH file, against formatting every value by itself."""

    def bulk() -> None:
        write_bvh(folder / "bulk.bvh", motion, force=True)

    def value_by_value() -> None:
        lines = []
        for pose, root in zip(motion.rotations, motion.root, strict=True):
            values = [f"{value:.6f}" for value in root]
            for w, x, y, z in pose:
                angles = Rotation.from_quat([x, y, z, w]).as_euler("ZXY", degrees=True)
                values += [f"{angle:.6f}" for angle in angles]
            lines.append(" ".join(values))
        (folder / "naive.txt").write_text("\n".join(lines))

    return Row(
        f"write {motion.duration:.0f} s as BVH",
        timing_of(bulk),
        None,
        "value by value, one Rotation a joint",
        timing_of(value_by_value, 1),
    )


def long_motion(motion: Motion, seconds: float) -> Motion:
    """The motion over and over, there and back, to the given length."""
    frames = round(seconds * motion.fps)
    back_and_forth = np.concatenate([np.arange(motion.frames), np.arange(motion.frames)[::-1]])
    chosen = np.resize(back_and_forth, frames)
    return Motion(
        motion.skeleton,
        motion.rotations[chosen],
        motion.root[chosen],
        motion.fps,
        motion.expressions[chosen],
    )
