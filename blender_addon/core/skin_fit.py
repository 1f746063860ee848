"""The sizes of a rig's body measured on its meshes, where bones alone only promise them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .alignment import IDENTITY
from .body import Body, Capsules, Shape, shape_of
from .body_parts import PARTS
from .bone_map import BoneMap
from .gaps import gaps
from .humanoid import FINGERS, SIDES, segments
from .quaternion import Array, normalize
from .rig import Rig
from .trunk import TRUNK

FEWEST = 12
"""Points from which on a group of parts is measured."""

GIRTHS = (0.6, 1.8)
"""How much thinner or thicker than promised a part may be: beyond, the points are something else,
such as a skirt."""

STANDARD_GIRTHS = {
    "torso": 0.96, "Hand": 0.945, "Forearm": 0.815, "UpperArm": 1.065, "Thigh": 0.85,
}  # fmt: skip
"""What the meshes of the table's adults measure, from which other bodies differ."""

TOP = (0.0, 0.15, 0.115)
"""Where the table's head ends above and in front, metres."""

FIRMNESS = np.array([0.0, 0.0, 0.0, 1e-4, 1e-4, 1e-4])
"""How firmly the head keeps its promised sizes where no point tells."""

ROUNDS = 8
"""Steps of the fit of the head; each looks closer than the one before."""

MOST = 300
"""Points of a part that are looked at."""

NOTICE = (0.03, 0.008)
"""Metres, on a head of the table's size: how far from the surface points count in the first and
the last step. Hair, hats and the inside of the mouth fall out of sight."""


def measured_shape(rig: Rig, bone_map: BoneMap) -> Shape:
    """The sizes of a rig's body: of its bones, corrected by its `skin` where there is any."""
    points = {name: rig.heads[rig.index(bones[0])] for name, bones in bone_map.bones.items()}
    shape = shape_of(points)
    skin = _by_joint(rig, bone_map)
    if len(skin.get("head", ())) >= FEWEST:
        shape = _fitted_head(shape, points, skin["head"])
    girths: dict[str, float] = {}
    for group, joints in _GROUPS.items():
        found = [skin[joint] for joint in joints if joint in skin]
        if sum(map(len, found)) >= FEWEST and _KNUCKLES.get(group, "hips") in points:
            girths[group] = _girth(shape, points, group, np.concatenate(found))
    return replace(shape, girths=girths)


def _groups() -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {"torso": ("hips", *TRUNK)}
    for side in SIDES:
        fingers = [side + joint for finger in FINGERS for joint in segments(finger)[:2]]
        groups[f"{side}Hand"] = (f"{side}Hand", *fingers)
        groups[f"{side}Forearm"] = (f"{side}LowerArm",)
        groups[f"{side}UpperArm"] = (f"{side}UpperArm",)
        groups[f"{side}Thigh"] = (f"{side}UpperLeg",)
    return groups


_GROUPS = _groups()
_KNUCKLES = {f"{side}Hand": f"{side}MiddleProximal" for side in SIDES}
"""Without it the palm's place in the skin is not known, and so not how thick it is."""


def _by_joint(rig: Rig, bone_map: BoneMap) -> dict[str, Array]:
    """The skin `(N, 3)` by humanoid bone; other bones hand theirs to the nearest above them."""
    owners = {bone: name for name, bones in bone_map.bones.items() for bone in bones}
    parts: dict[str, list[Array]] = {}
    for bone, points in rig.skin.items():
        index = rig.index(bone)
        chain = [bone, *(rig.names[above] for above in rig.above(index))]
        owner = next((owners[name] for name in chain if name in owners), None)
        if owner is not None:
            parts.setdefault(_HEAD.get(owner, owner), []).append(points)
    joined = {name: np.concatenate(several) for name, several in parts.items()}
    return {name: points[:: 1 + len(points) // MOST] for name, points in joined.items()}


_HEAD = {"jaw": "head", "leftEye": "", "rightEye": ""}


def _distances(parts: Capsules, points: Array) -> Array:
    """From points `(N, 3)` to the axes of M parts at rest, `(N, M)`."""
    spots = Capsules(points[None], points[None], np.zeros(len(points)))
    return gaps(spots, parts).distance[0]


def _girth(shape: Shape, points: Mapping[str, Array], group: str, skin: Array) -> float:
    """How much thicker than promised: the middle of what the points say."""
    body = Body(lambda name: points[name][None], lambda _: IDENTITY[None], shape, tuple(points))
    parts = body.capsules(group)
    ratios: Array = (_distances(parts, skin) / parts.radius).min(axis=1)
    girth = (
        float(np.median(ratios)) / STANDARD_GIRTHS[group.removeprefix("left").removeprefix("right")]
    )
    return min(max(girth, GIRTHS[0]), GIRTHS[1])


def _fitted_head(shape: Shape, points: Mapping[str, Array], skin: Array) -> Shape:
    """The head's place and its three sizes that bring its surface to the skin (Gauss–Newton with
    weights that forget what lies far off)."""
    size = float(shape.head[1])
    around = (skin - points["head"]) / size
    parts = [part for part in PARTS if part.group == "head" and part.start == "face"]
    starts, ends = (np.array(offsets) for offsets in zip(*((p.a, p.b) for p in parts), strict=True))
    radii = np.array([part.radius for part in parts])

    top: Array = np.percentile(around, 99.0, axis=0)
    promised: Array = np.array(
        [np.median(around[:, 0]), top[1] - TOP[1], top[2] - TOP[2], 1.0, 1.0, 1.0]
    )
    values: Array = promised
    firm = FIRMNESS * len(skin)
    for notice in np.geomspace(*NOTICE, ROUNDS):
        now, slopes = _misses(values, around, starts, ends, radii)
        weights = 1.0 / (1.0 + (now / notice) ** 2) ** 2
        normal: Array = slopes.T @ (weights[:, None] * slopes) + np.diag(firm)
        pull: Array = slopes.T @ (weights * now) + firm * (values - promised)
        step: Array = np.linalg.solve(normal, pull)
        values = values - step
    return replace(shape, face=values[:3] * size, head=values[3:] * size)


def _misses(
    values: Array, skin: Array, starts: Array, ends: Array, radii: Array
) -> tuple[Array, Array]:
    """How far points `(N, 3)` lie off the surface of the head that `values` describe, `(N,)`, and
    the slopes of that `(N, 6)`."""
    face, head = values[:3], values[3:]
    size = np.cbrt(head.prod())
    spots = Capsules(skin[None], skin[None], np.zeros(len(skin)))
    table = Capsules((face + head * starts)[None], (face + head * ends)[None], size * radii)
    found = gaps(spots, table)
    rows, part = np.arange(len(skin)), found.gap[0].argmin(axis=1)
    share = found.across[0, rows, part][:, None]
    spot = starts[part] + share * (ends - starts)[part]
    out = normalize(skin - face - head * spot)
    slopes = np.concatenate([-out, -out * spot - (size * radii[part])[:, None] / (3.0 * head)], 1)
    return found.gap[0, rows, part], slopes
