"""What a detector found of a person, beside where that person's joints truly were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gesture_core.keypoints import KEYPOINTS, keypoint
from gesture_core.rotation import quat_to_rotmat
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints

Array = NDArray[np.float64]

CLIP_TO_CAMERA = np.diag([1.0, -1.0, -1.0])
"""A clip's axes (X the person's left, Y up, Z forward) in a camera straight before the person."""


@dataclass(frozen=True)
class Mark:
    """What a keypoint marks: the middle of `points`, carried by `bone`.

    Points are bones of HUMANOID by name, or `nose`, `leftEar`, `leftIndexTip` and their like.
    """

    points: tuple[str, ...]
    bone: str


def _marks() -> dict[str, Mark]:
    marks = {
        "nose": Mark(("nose",), "head"),
        "neck": Mark(("leftUpperArm", "rightUpperArm"), "upperChest"),
        "midHip": Mark(("leftUpperLeg", "rightUpperLeg"), "hips"),
    }
    limbs = {
        **{"Shoulder": "UpperArm", "Elbow": "LowerArm", "Wrist": "Hand"},
        **{"Hip": "UpperLeg", "Knee": "LowerLeg", "Ankle": "Foot"},
    }
    for side in SIDES:
        for point in ("Eye", "Pupil", "Ear"):
            marks[side + point] = Mark((side + ("Ear" if point == "Ear" else "Eye"),), "head")
        for point, bone in (*limbs.items(), ("HandWrist", "Hand")):
            marks[side + point] = Mark((side + bone,), side + bone)
        for finger in FINGERS:
            joints = finger_joints(side, finger)
            for k, joint in enumerate(joints, start=1):
                marks[f"{side}Hand{finger}{k}"] = Mark((joint,), joint)
            marks[f"{side}Hand{finger}4"] = Mark((f"{side}{finger}Tip",), joints[-1])
    return {name: marks[name] for name in KEYPOINTS if name in marks}


MARKS: dict[str, Mark] = _marks()
"""By keypoint; most face points and the toes mark nothing that has a true place."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """One take of a person.

    `found` (T, 137, 2): pixels; `confidence` (T, 137): 0 where not found; `places` (T, 137, 3):
    the true places in the camera's frame (x right, y down, z into the picture), metres, NaN for
    keypoints without a mark; `turns` (T, 137, 3, 3): rotation of each mark's bone from its rest
    pose, into the camera's axes; `focal`: pixels; `size`: width and height of the picture, whose
    middle lies on the optical axis.
    """

    found: Array
    confidence: Array
    places: Array
    turns: Array
    focal: float
    size: tuple[int, int]
    fps: float

    @cached_property
    def true(self) -> Array:
        """The true places (T, 137, 2) in the picture, pixels."""
        return self.focal * self.places[..., :2] / self.places[..., 2:] + np.array(self.size) / 2.0

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which true points (T, 137) lie in the picture."""
        return ((self.true >= 0.0) & (self.true < np.array(self.size))).all(axis=-1)

    @cached_property
    def shoulder(self) -> Array:
        """Distance (T,) between the shoulder joints, metres."""
        ends = self.places[:, [keypoint("leftShoulder"), keypoint("rightShoulder")]]
        return np.linalg.norm(ends[:, 0] - ends[:, 1], axis=-1)

    @cached_property
    def unit(self) -> Array:
        """Pixels (T,) of a shoulder width held parallel to the picture."""
        return self.focal * self.shoulder / self.places[:, keypoint("neck"), 2]


def make_sighting(
    found: Array,
    confidence: Array,
    names: Sequence[str],
    camera: ArrayLike,
    bones: ArrayLike,
    focal: float,
    size: tuple[int, int],
    fps: float,
) -> Sighting:
    """A take out of true `camera` places (T, L, 3) of the points `names`.

    `bones` (T, 55, 4): global rotations of HUMANOID's bones in the clip's axes, from
    `forward_kinematics`. The camera stands straight before the person, see `CLIP_TO_CAMERA`.
    """
    column = {name: k for k, name in enumerate(names)}
    camera = np.asarray(camera, dtype=float)
    axes = CLIP_TO_CAMERA @ quat_to_rotmat(bones)
    places = np.full((len(camera), len(KEYPOINTS), 3), np.nan)
    turns = np.tile(np.eye(3), (len(camera), len(KEYPOINTS), 1, 1))
    for name, mark in MARKS.items():
        places[:, keypoint(name)] = camera[:, [column[point] for point in mark.points]].mean(axis=1)
        turns[:, keypoint(name)] = axes[:, HUMANOID.index(mark.bone)]
    return Sighting(found, confidence, places, turns, focal, size, fps)
