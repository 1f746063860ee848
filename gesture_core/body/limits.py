"""Joint limits as coordinates: how near every joint is to the end of its range.

A joint's rotation is written as a few numbers, each with a range. A hinge has flexion, lateral
deviation and twist: intrinsic Euler angles in the frame of bone, flexion and hinge. Any other joint
has a swing and a twist; the swing is the polar coordinate of the bone's direction about the centre
of its reach, whose border is an ellipse quarter between any two neighbouring movements (a reach
cone: Wilhelms & Van Gelder, "Fast and easy reach-cone joint limits", JGT 2001).

`limit_use` gives each coordinate as a share of its range, 0 in the middle and 1 at the limit;
`draw_in` pulls coordinates towards the middle. Right joints are handled as mirrored left ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gesture_core.body.description import BodyDescription, JointRange, load_body
from gesture_core.kinematics import direction_angle, unit
from gesture_core.rotation import (
    Array,
    euler_to_quat,
    quat_between,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_swing_twist,
    rotmat_to_quat,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, Skeleton

COORDINATES = 3
FLEXION, LATERAL, TWIST = range(COORDINATES)
"""Numbers of a joint: flexion or swing, lateral deviation (hinges only), twist."""

_MIRROR = np.array([1.0, 1.0, -1.0, -1.0])
_BORDER_SAMPLES = 360


@dataclass(frozen=True)
class Hinges:
    """`joints` `(H,)`; `basis` `(H, 4)` turns x, y, z onto bone, flexion, hinge.

    Ranges `(H, 3)`, radians: `middle` ± `half` of flexion, lateral deviation and twist.
    """

    joints: NDArray[np.intp]
    mirrored: NDArray[np.bool_]
    basis: Array
    middle: Array
    half: Array


@dataclass(frozen=True)
class Cones:
    """`joints` `(C,)`; `axis`, `centre` `(C, 3)` unit; `east`, `north` `(C, 3)` span the centre's
    tangent plane; `border` `(C, 361)` radians of reach by azimuth degree; twist ranges `(C,)`.
    """

    joints: NDArray[np.intp]
    mirrored: NDArray[np.bool_]
    axis: Array
    centre: Array
    east: Array
    north: Array
    border: Array
    twist_middle: Array
    twist_half: Array


_Ranges = TypeVar("_Ranges", Hinges, Cones)


@dataclass(frozen=True)
class Limits:
    """The ranges of every joint of one skeleton, ready for arrays; see `joint_limits`."""

    hinges: Hinges
    cones: Cones


@lru_cache(maxsize=1)
def humanoid_limits() -> Limits:
    """The limits of `HUMANOID` from `data/body.yaml`."""
    return joint_limits(load_body(), HUMANOID)


def joint_limits(body: BodyDescription, skeleton: Skeleton) -> Limits:
    """Bring the ranges of `body` into arrays; joints it does not name stay free."""
    tolerance = np.radians(body.tolerance)
    hinges: list[tuple[str, JointRange]] = []
    cones: list[tuple[str, JointRange]] = []
    for spec in body.ranges:
        for name in spec.joints:
            both = [name] + ([_right(name)] if name.startswith("left") else [])
            (hinges if spec.hinge else cones).extend((side, spec) for side in both)
    return Limits(_hinges(hinges, skeleton, tolerance), _cones(cones, skeleton, tolerance))


def limit_use(limits: Limits, rotations: Array) -> Array:
    """Share of its range that each coordinate uses, `(..., J, 3)`; above 1 is beyond the limit.

    `rotations`: local quaternions `(..., J, 4)`.
    """
    use = np.zeros((*rotations.shape[:-1], COORDINATES))
    hinges, cones = limits.hinges, limits.cones
    angles = _hinge_angles(hinges, rotations)
    use[..., hinges.joints, :] = np.abs(angles - hinges.middle) / hinges.half
    distance, border, twist = _cone_coordinates(cones, rotations)[1:]
    use[..., cones.joints, FLEXION] = distance / border
    use[..., cones.joints, TWIST] = np.abs(twist - cones.twist_middle) / cones.twist_half
    return use


def of_joints(limits: Limits, joints: NDArray[np.intp]) -> Limits:
    """The ranges of some joints `(N,)` alone, for rotations `(..., N, 4)` in their order."""
    return Limits(_chosen(limits.hinges, joints), _chosen(limits.cones, joints))


def _chosen(ranges: _Ranges, joints: NDArray[np.intp]) -> _Ranges:
    rows, places = np.nonzero(ranges.joints[:, None] == joints)
    values: dict[str, Any] = {f.name: getattr(ranges, f.name)[rows] for f in fields(ranges)}
    return replace(ranges, **values | {"joints": places})


def half_range(limits: Limits, joint: int, coordinate: int) -> float:
    """Radians from the middle of a range to its ends, tolerance included.

    `coordinate`: `LATERAL` of a hinge, or `TWIST`; the swing of a cone differs by direction.
    """
    hinge = np.flatnonzero(limits.hinges.joints == joint)
    if len(hinge):
        return float(limits.hinges.half[hinge[0], coordinate])
    if coordinate != TWIST:
        raise ValueError("a joint that is no hinge only has a range of twist")
    return float(limits.cones.twist_half[limits.cones.joints == joint][0])


def draw_in(limits: Limits, rotations: Array, pull: Array) -> Array:
    """Move every coordinate towards the middle of its range by the share `pull` `(..., J, 3)`.

    Where `pull` is 0 for all three coordinates of a joint its rotation is returned untouched.
    """
    result = np.array(rotations)
    hinges, cones = limits.hinges, limits.cones
    angles = _hinge_angles(hinges, rotations)
    angles = hinges.middle + (angles - hinges.middle) * (1.0 - pull[..., hinges.joints, :])
    result[..., hinges.joints, :] = _hinge_rotations(hinges, angles)
    direction, distance, _, twist = _cone_coordinates(cones, rotations)
    swing_pull, twist_pull = pull[..., cones.joints, FLEXION], pull[..., cones.joints, TWIST]
    back = np.cross(direction, cones.centre)
    turn = rotvec_to_quat(unit(back) * (distance * swing_pull)[..., None])
    swing = quat_between(cones.axis, quat_rotate(turn, direction))
    twist = cones.twist_middle + (twist - cones.twist_middle) * (1.0 - twist_pull)
    drawn = quat_multiply(swing, rotvec_to_quat(cones.axis * twist[..., None]))
    result[..., cones.joints, :] = _sided(drawn, cones.mirrored)
    touched = np.any(pull > 0.0, axis=-1, keepdims=True)
    return np.where(touched, result, rotations)


def _hinge_angles(hinges: Hinges, rotations: Array) -> Array:
    """Flexion, lateral deviation, twist `(..., H, 3)` in radians, for the left side."""
    local = _sided(rotations[..., hinges.joints, :], hinges.mirrored)
    framed = quat_multiply(quat_multiply(quat_inverse(hinges.basis), local), hinges.basis)
    w, x, y, z = np.moveaxis(framed, -1, 0)
    flexion = direction_angle(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
    lateral = np.arcsin(np.clip(2.0 * (x * z - w * y), -1.0, 1.0))
    twist = direction_angle(2.0 * (w * x + y * z), 1.0 - 2.0 * (x * x + y * y))
    return np.stack([flexion, lateral, twist], axis=-1)


def _hinge_rotations(hinges: Hinges, angles: Array) -> Array:
    framed = euler_to_quat(angles * np.array([1.0, -1.0, 1.0]), "ZYX")
    local = quat_multiply(quat_multiply(hinges.basis, framed), quat_inverse(hinges.basis))
    return _sided(local, hinges.mirrored)


def _cone_coordinates(cones: Cones, rotations: Array) -> tuple[Array, Array, Array, Array]:
    """Bone direction `(..., C, 3)`; its distance from the centre, the border there, the twist."""
    local = _sided(rotations[..., cones.joints, :], cones.mirrored)
    direction = quat_rotate(local, cones.axis)
    east = np.sum(direction * cones.east, axis=-1)
    north = np.sum(direction * cones.north, axis=-1)
    distance = direction_angle(np.hypot(east, north), np.sum(direction * cones.centre, axis=-1))
    degree = np.degrees(direction_angle(north, east)) % 360.0
    below = np.minimum(degree.astype(int), _BORDER_SAMPLES - 1)
    row = np.arange(len(cones.joints))
    low, high = cones.border[row, below], cones.border[row, below + 1]
    border = low + (degree - below) * (high - low)
    turn = quat_swing_twist(local, cones.axis)[1]
    twist = 2.0 * direction_angle(np.sum(turn[..., 1:] * cones.axis, axis=-1), turn[..., 0])
    return direction, distance, border, (twist + np.pi) % (2.0 * np.pi) - np.pi


def _sided(rotations: Array, mirrored: NDArray[np.bool_]) -> Array:
    """Left joints as they are, right joints in the mirror `(..., joints, 4)`; its own inverse."""
    return rotations * np.where(mirrored[:, None], _MIRROR, 1.0)


def _hinges(
    named: Sequence[tuple[str, JointRange]], skeleton: Skeleton, tolerance: float
) -> Hinges:
    specs = [spec for _, spec in named]
    bone = unit([spec.axis for spec in specs])
    hinge = np.array([spec.hinge for spec in specs])
    hinge = unit(hinge - np.sum(hinge * bone, axis=-1, keepdims=True) * bone)
    basis = np.stack([bone, np.cross(hinge, bone), hinge], axis=-1)
    ranges = np.radians([[spec.flexion, spec.lateral, spec.twist] for spec in specs])
    joints, mirrored = _places(named, skeleton)
    return Hinges(
        joints,
        mirrored,
        rotmat_to_quat(basis),
        ranges.mean(axis=-1),
        np.ptp(ranges, axis=-1) / 2.0 + tolerance,
    )


def _cones(named: Sequence[tuple[str, JointRange]], skeleton: Skeleton, tolerance: float) -> Cones:
    specs = [spec for _, spec in named]
    axis = unit([spec.axis for spec in specs])
    centre = np.stack([_towards(a, spec.centre) for a, spec in zip(axis, specs, strict=True)])
    helper = np.where(np.abs(centre[:, 1:2]) < 0.9, [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
    north = unit(helper - np.sum(helper * centre, axis=-1, keepdims=True) * centre)
    east = np.cross(north, centre)
    border = np.stack(
        [
            _border(np.stack([_towards(a, point) for point in spec.reach.values()]), c, e, n)
            for spec, a, c, e, n in zip(specs, axis, centre, east, north, strict=True)
        ]
    )
    twist = np.radians([spec.twist for spec in specs])
    joints, mirrored = _places(named, skeleton)
    return Cones(
        joints,
        mirrored,
        axis,
        centre,
        east,
        north,
        border + tolerance,
        twist.mean(axis=-1),
        np.ptp(twist, axis=-1) / 2.0 + tolerance,
    )


def _border(points: Array, centre: Array, east: Array, north: Array) -> Array:
    """Radians of reach at azimuths 0°, 1° … 360° through the directions `points` `(P, 3)`."""
    azimuth = np.arctan2(points @ north, points @ east) % (2.0 * np.pi)
    reach = np.arccos(np.clip(points @ centre, -1.0, 1.0))
    order = np.argsort(azimuth)
    azimuth, reach = azimuth[order], reach[order]
    azimuth = np.concatenate([azimuth[-1:] - 2.0 * np.pi, azimuth, azimuth[:1] + 2.0 * np.pi])
    reach = np.concatenate([reach[-1:], reach, reach[:1]])
    wanted = np.linspace(0.0, 2.0 * np.pi, _BORDER_SAMPLES + 1)
    after = np.clip(np.searchsorted(azimuth, wanted), 1, len(azimuth) - 1)
    share = (wanted - azimuth[after - 1]) / (azimuth[after] - azimuth[after - 1])
    blend = np.sin(0.5 * np.pi * share) ** 2
    return ((1.0 - blend) / reach[after - 1] ** 2 + blend / reach[after] ** 2) ** -0.5


def _towards(axis: Array, point: Sequence[float]) -> Array:
    """The direction `axis` turned towards `x, y, z` by the given degrees."""
    goal, angle = np.array(point[:3]), np.radians(point[3])
    side = unit(goal - np.dot(goal, axis) * axis)
    return np.cos(angle) * axis + np.sin(angle) * side


def _places(
    named: Sequence[tuple[str, JointRange]], skeleton: Skeleton
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    names = [name for name, _ in named]
    joints = skeleton.indices(tuple(names))
    return joints, np.array([name.startswith("right") for name in names])


def _right(name: str) -> str:
    return "right" + name.removeprefix("left")
