"""Controls that do not act now: how they would have to turn for their limbs to lie as they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mathutils import Matrix, Quaternion


@dataclass(frozen=True)
class Hidden:
    """A control that acts only while the property at `path` of its armature has this `value`.

    `shown_by`: the bone that lies where the control's limb does, whatever moves it; `carrier`: the
    bone whose turn the control takes over, or nothing.
    """

    bone: str
    shown_by: str
    carrier: str
    path: str
    value: float


def fitted(armature: Any, hidden: Sequence[Hidden]) -> Mapping[str, Quaternion]:
    """The own rotations with which the controls that do not act would leave the limbs of an
    evaluated armature as they are; `hidden`: carriers first."""
    pose = armature.pose.bones
    own: dict[str, Quaternion] = {}
    wanted: dict[str, Quaternion] = {}
    for control in hidden:
        if armature.path_resolve(control.path) == control.value:
            continue
        bone, joint = pose[control.bone], pose[control.shown_by]
        from_rest = _turn(joint.matrix) @ _turn(joint.bone.matrix_local).inverted()
        wanted[control.bone] = from_rest @ _turn(bone.bone.matrix_local)
        if joint == bone:  # its own matrix shows the limb, so its place at rest is its parent's
            unturned = _unturned(bone)
        else:
            unturned = _turn(bone.matrix) @ _turn(bone.matrix_basis).inverted()
            if control.carrier in wanted:
                as_is = _turn(pose[control.carrier].matrix)
                unturned = wanted[control.carrier] @ as_is.inverted() @ unturned
        own[control.bone] = unturned.inverted() @ wanted[control.bone]
    return own


def _turn(matrix: Matrix) -> Quaternion:
    return matrix.to_quaternion()


def _unturned(bone: Any) -> Quaternion:
    """How a bone would lie if its parent alone turned it."""
    rest = _turn(bone.bone.matrix_local)
    if bone.parent is None:
        return rest
    return _turn(bone.parent.matrix) @ _turn(bone.parent.bone.matrix_local).inverted() @ rest
