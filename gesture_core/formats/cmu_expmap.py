"""Motion from CMU mocap as text: one frame a line, exponential maps of 38 joints.

The layout of the data that accompanies "Convolutional Sequence to Sequence Model for Human
Dynamics" (Li et al., CVPR 2018); the skeleton is that of CMU's `.asf` files.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.number_table import read_number_table
from gesture_core.formats.source_motion import MAX_POSES, SourceMotion
from gesture_core.rotation import quat_continuous, quat_identity, rotvec_to_quat

Array = NDArray[np.float64]

FPS = 120.0
"""CMU's capture rate. The files do not say it; a walking cycle in them takes 130 to 140 lines,
which is 1.1 s at this rate."""
COLUMNS = 117
"""Root position, root exponential map, and one for each further joint and bone end."""
MAX_BYTES = 256 * 2**20

_UNIT = 0.0254 / 0.45
"""Metres in CMU's unit of length, which is 1 / 0.45 inch."""

# Parent and offset from it, in CMU's units, of every joint in the order of the columns.
_LEG = (
    (("HipJoint", "Hips"), (0.0, 0.0, 0.0)),
    (("UpLeg", "HipJoint"), (1.6567, -1.8028, 0.6248)),
    (("Leg", "UpLeg"), (2.5972, -7.1358, 0.0)),
    (("Foot", "Leg"), (2.4924, -6.8477, 0.0)),
    (("ToeBase", "Foot"), (0.1970, -0.5414, 2.1458)),
    (("ToeEnd", "ToeBase"), (0.0, 0.0, 1.1125)),
)
_TRUNK = (
    (("LowerBack", "Hips"), (0.0, 0.0, 0.0)),
    (("Spine", "LowerBack"), (0.0196, 2.0545, -0.1411)),
    (("Spine1", "Spine"), (0.0102, 2.0644, -0.0592)),
    (("Neck", "Spine1"), (0.0, 0.0, 0.0)),
    (("Neck1", "Neck"), (0.0071, 1.5671, 0.1497)),
    (("Head", "Neck1"), (0.0343, 1.5604, -0.1001)),
    (("HeadEnd", "Head"), (0.0131, 1.6256, -0.0527)),
)
_ARM = (
    (("Shoulder", "Spine1"), (0.0, 0.0, 0.0)),
    (("Arm", "Shoulder"), (3.5421, 0.9044, -0.1736)),
    (("ForeArm", "Arm"), (4.8651, 0.0, 0.0)),
    (("Wrist", "ForeArm"), (3.3555, 0.0, 0.0)),
    (("Hand", "Wrist"), (0.0, 0.0, 0.0)),
    (("FingerBase", "Hand"), (0.6612, 0.0, 0.0)),
    (("FingerEnd", "FingerBase"), (0.5331, 0.0, 0.0)),
    (("Thumb", "Wrist"), (0.0, 0.0, 0.0)),
    (("ThumbEnd", "Thumb"), (0.5412, 0.0, 0.5412)),
)


def is_cmu_expmap(path: Path | str) -> bool:
    """Whether the first line of a text file holds as many numbers as this layout."""
    try:
        with Path(path).open(encoding="ascii", errors="replace") as file:
            return len(file.readline(65536).split(",")) == COLUMNS
    except OSError:
        return False


def read_cmu_expmap(path: Path | str) -> SourceMotion:
    """Read one file at 120 frames a second; metres, Y up.

    The rest pose is a T-pose with the legs apart; CMU's own zero pose has the upper arms rolled by
    30°, as the axis about which the elbows fold shows. A first line that is the T-pose which CMU's
    conversions begin with is left out. Raises `UserError` naming the line that is broken.
    """
    path = Path(path)
    values = read_number_table(path, COLUMNS, MAX_BYTES)
    if len(values) * COLUMNS // 3 > MAX_POSES:
        raise UserError(f"{path} holds {len(values)} frames, too many to be read at once")
    if len(values) > 1 and not np.any(values[0, 3:6]) and np.any(values[1, 3:6]):
        values = values[1:]
    names, parents, offsets = _skeleton()
    frames, joints = len(values), len(names)
    # the files multiply row vectors by their matrices, which turns the other way round
    rotations = rotvec_to_quat(-values[:, 3:].reshape(frames, joints, 3))
    positions = np.broadcast_to(offsets, (frames, joints, 3)).copy()
    positions[:, 0] = values[:, :3] * _UNIT
    source = SourceMotion(
        names=names,
        parents=parents,
        rest_offsets=offsets,
        rest_rotations=quat_identity((joints,)),
        rotations=quat_continuous(rotations),
        positions=positions,
        fps=FPS,
    )
    roll = rotvec_to_quat([np.pi / 6.0, 0.0, 0.0])
    turns = {"Arm": roll, "ForeArm": roll, "Wrist": quat_identity()}
    return source.with_rest(
        {side + joint: turn for side in ("Left", "Right") for joint, turn in turns.items()}
    )


def _skeleton() -> tuple[tuple[str, ...], tuple[int, ...], Array]:
    """Names, parents and offsets (38, 3) in metres, in the order of the columns."""
    names, parents, offsets = ["Hips"], [-1], [(0.0, 0.0, 0.0)]

    def add(
        limb: tuple[tuple[tuple[str, str], tuple[float, float, float]], ...], side: str
    ) -> None:
        middle = {name for (name, _), _ in _TRUNK} | {"Hips"}
        mirror = -1.0 if side == "Right" else 1.0
        for (name, parent), (x, y, z) in limb:
            names.append(side + name)
            parents.append(names.index(parent if parent in middle else side + parent))
            offsets.append((mirror * x, y, z))

    for limb, side in (
        *((_LEG, "Left"), (_LEG, "Right"), (_TRUNK, "")),
        *((_ARM, "Left"), (_ARM, "Right")),
    ):
        add(limb, side)
    return tuple(names), tuple(parents), np.array(offsets) * _UNIT
