"""Motion from glTF 2.0 binary files (`.glb`): node hierarchy, rest pose and one animation.

Only what carries movement is read; meshes, textures and materials are left alone.
Specification: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.gltf import MALFORMED, Document, read_document
from gesture_core.formats.source_motion import MAX_POSES, SourceMotion, metres_per_unit
from gesture_core.rotation import (
    quat_continuous,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    quat_rotate,
    quat_slerp,
    quat_to_rotmat,
    rotmat_to_quat,
)

Array = NDArray[np.float64]

MAX_NODES = 16_384
RATES = (24.0, 25.0, 30.0, 50.0, 60.0, 100.0, 120.0)

_PATHS = ("translation", "rotation")


@dataclass(frozen=True)
class _Nodes:
    """The joints of a document, parents first: skin joints, animated nodes and their ancestors."""

    joint_of: dict[int, int]
    """Joint by its index in the document's node list."""
    names: tuple[str, ...]
    parents: tuple[int, ...]
    translations: Array
    rotations: Array
    scales: Array
    """(J,) scale of each node's own frame in the world, taken as uniform and constant."""


def animation_names(path: Path | str) -> tuple[str, ...]:
    """Names of the animations in a `.glb` file; `UserError` if it cannot be read."""
    return read_document(Path(path), _animation_names)


def read_glb(
    path: Path | str, animation: str | None = None, fps: float | None = None
) -> SourceMotion:
    """Read one animation of a `.glb` file, by name unless there is only one.

    The rest pose is the skin's bind pose, or the nodes' own transforms where there is no skin.
    Curves are sampled at `fps`, by default the rate on whose frames all keys of the file lie, or
    30. Joints of a VRM file get their humanoid bone names. Scale is taken as uniform and constant.
    Raises `UserError` naming the file and the valid animations.
    """
    return read_document(Path(path), lambda document: _read(document, animation, fps))


def _animation_names(document: Document) -> tuple[str, ...]:
    return tuple(
        str(animation.get("name", f"animation {number}"))
        for number, animation in enumerate(document.items("animations"))
    )


def _read(document: Document, animation: str | None, fps: float | None) -> SourceMotion:
    number = _choose(document, animation)
    usable = _usable(document, number)
    nodes = _nodes(document, usable)
    with _naming(document, number):
        curves = _curves(document, document.items("animations")[number], nodes)
        rate = fps or _key_rate(document, usable)
        translations, rotations = _sample(nodes, curves, rate)
    rest_positions, rest_rotations = _rest(document, nodes)
    above = np.where(np.array(nodes.parents) < 0, 1.0, nodes.scales[list(nodes.parents)])
    positions = translations * above[:, None]
    scale = metres_per_unit(rest_positions)
    return SourceMotion(
        names=nodes.names,
        parents=nodes.parents,
        rest_offsets=rest_positions * scale,
        rest_rotations=rest_rotations,
        rotations=quat_continuous(rotations),
        positions=positions * scale,
        fps=rate,
    )


def _choose(document: Document, name: str | None) -> int:
    """Number of the animation called `name`, or of the only one."""
    names = _animation_names(document)
    if not names:
        raise UserError("holds no animation")
    if name is None and len(names) > 1:
        raise UserError(f"holds {len(names)} animations, name one of: {', '.join(names)}")
    if name is not None and name not in names:
        raise UserError(f"holds no animation {name!r}, only: {', '.join(names)}")
    return names.index(name) if name is not None else 0


def _usable(document: Document, chosen: int) -> list[dict[str, Any]]:
    """The chosen animation and those others that can be read: they tell the joints and the rate.

    A broken one must not take the others with it; it says so itself when it is chosen.
    """
    usable: list[dict[str, Any]] = []
    for number, animation in enumerate(document.items("animations")):
        try:
            with _naming(document, number):
                _moved_nodes(document, animation)
                _key_times(document, animation)
        except UserError:
            if number == chosen:
                raise
        else:
            usable.append(animation)
    return usable


@contextmanager
def _naming(document: Document, number: int) -> Generator[None, None, None]:
    """Let whatever is wrong with an animation be a `UserError` that names it."""
    name = _animation_names(document)[number]
    try:
        yield
    except UserError as error:
        raise UserError(f"animation {name!r}: {error}") from error
    except MALFORMED as error:
        raise UserError(f"animation {name!r} is not valid: {error!r}") from error


def _moved_nodes(document: Document, animation: dict[str, Any]) -> set[int]:
    """The nodes that an animation moves."""
    targets = [channel["target"] for channel in animation["channels"]]
    moved = {int(target["node"]) for target in targets if target.get("path") in _PATHS}
    count = len(document.items("nodes"))
    if any(not 0 <= node < count for node in moved):
        raise ValueError(f"it moves a node that does not exist; there are {count}")
    return moved


def _key_times(document: Document, animation: dict[str, Any]) -> list[Array]:
    """The times of the keys of each of its samplers."""
    return [document.accessor(int(one["input"]))[:, 0] for one in animation["samplers"]]


def _nodes(document: Document, animations: Sequence[dict[str, Any]]) -> _Nodes:
    items = document.items("nodes")
    if not 0 < len(items) <= MAX_NODES:
        raise UserError(f"has {len(items)} nodes, not 1 to {MAX_NODES}")
    parent_of = {int(c): n for n, item in enumerate(items) for c in item.get("children", [])}
    wanted = {int(joint) for skin in document.items("skins") for joint in skin["joints"]}
    for animation in animations:
        wanted |= _moved_nodes(document, animation)
    joint_of: dict[int, int] = {}
    for number in sorted(wanted):
        lineage: list[int] = []
        at: int | None = number
        while at is not None and at not in joint_of:
            if not 0 <= at < len(items) or len(lineage) > len(items):
                raise ValueError(f"node {at} does not exist or is its own ancestor")
            lineage.append(at)
            at = parent_of.get(at)
        for at in reversed(lineage):
            joint_of[at] = len(joint_of)
    if not joint_of:
        raise UserError("has neither a skin nor an animated node")
    parents = tuple(joint_of[parent_of[n]] if n in parent_of else -1 for n in joint_of)
    return _local_transforms(document, joint_of, parents)


def _local_transforms(
    document: Document, joint_of: dict[int, int], parents: tuple[int, ...]
) -> _Nodes:
    items = document.items("nodes")
    bones = _vrm_bones(document)
    names = [bones.get(n, str(items[n].get("name", f"node {n}"))) for n in joint_of]
    translations, scales = np.zeros((len(names), 3)), np.ones(len(names))
    rotations = np.zeros((len(names), 4))
    for (number, joint), parent in zip(joint_of.items(), parents, strict=True):
        item = items[number]
        matrix = np.array(item.get("matrix", np.eye(4).ravel()), dtype=np.float64).reshape(4, 4).T
        position, rotation, scale = _decomposed(matrix)
        translations[joint] = item.get("translation", position)
        rotations[joint] = _wxyz(np.array(item["rotation"])) if "rotation" in item else rotation
        if "scale" in item:
            x, y, z = (abs(float(size)) for size in item["scale"])
            scale = (x * y * z) ** (1 / 3)
        scales[joint] = scale * (scales[parent] if parent >= 0 else 1.0)
    if not (np.all(np.isfinite(translations)) and np.all(np.isfinite(rotations))):
        raise ValueError("a node's transform is not finite")
    if not np.all((scales > 1e-9) & (scales < 1e9)):
        raise ValueError("a node has no size")
    return _Nodes(joint_of, tuple(names), parents, translations, rotations, scales)


def _decomposed(matrix: Array) -> tuple[Array, Array, float]:
    """Position (3,), rotation (4,) and uniform scale of an affine matrix (4, 4)."""
    left, sizes, right = np.linalg.svd(matrix[:3, :3])
    turn = left @ right
    if not np.all((sizes > 1e-9) & (sizes < 1e9)):
        raise ValueError("a transform has no size")
    if np.linalg.det(turn) < 0:
        raise ValueError("mirrored transforms are not supported")
    return matrix[:3, 3], rotmat_to_quat(turn), float(np.prod(sizes) ** (1 / 3))


def _wxyz(xyzw: Array) -> Array:
    return quat_normalize(np.roll(xyzw, 1, axis=-1))


def _vrm_bones(document: Document) -> dict[int, str]:
    """Humanoid bone name by node, of VRM 1.0 models and animations and of VRM 0.x models."""
    extensions = document.json.get("extensions", {})
    bones: dict[int, str] = {}
    for key in ("VRMC_vrm", "VRMC_vrm_animation"):
        named = extensions.get(key, {}).get("humanoid", {}).get("humanBones", {})
        bones |= {int(bone["node"]): str(name) for name, bone in named.items()}
    for bone in extensions.get("VRM", {}).get("humanoid", {}).get("humanBones", []):
        name = str(bone["bone"])
        if "Thumb" in name:  # 0.x counts the metacarpal as proximal
            name = name.replace("Proximal", "Metacarpal").replace("Intermediate", "Proximal")
        bones[int(bone["node"])] = name
    return bones


def _rest(document: Document, nodes: _Nodes) -> tuple[Array, Array]:
    """Local rest positions (J, 3), in file units, and rotations (J, 4): the bind pose if any."""
    binds = _bind_pose(document, nodes)
    positions, rotations = np.zeros((len(nodes.names), 3)), np.zeros((len(nodes.names), 4))
    for joint, parent in enumerate(nodes.parents):
        if joint in binds:
            positions[joint], rotations[joint] = binds[joint]
        elif parent < 0:
            positions[joint], rotations[joint] = nodes.translations[joint], nodes.rotations[joint]
        else:
            offset = nodes.translations[joint] * nodes.scales[parent]
            positions[joint] = positions[parent] + quat_rotate(rotations[parent], offset)
            rotations[joint] = quat_multiply(rotations[parent], nodes.rotations[joint])
    local_positions, local_rotations = positions.copy(), rotations.copy()
    for joint, parent in enumerate(nodes.parents):
        if parent >= 0:
            back = quat_inverse(rotations[parent])
            local_positions[joint] = quat_rotate(back, positions[joint] - positions[parent])
            local_rotations[joint] = quat_multiply(back, rotations[joint])
    return local_positions, local_rotations


def _bind_pose(document: Document, nodes: _Nodes) -> dict[int, tuple[Array, Array]]:
    """World position (3,) and rotation (4,) of every skin joint when the mesh was bound.

    Bind matrices live in the space of the mesh, which may have another up axis than the scene:
    the quarter turns between the two are found at the first joint of each skin.
    """
    world = _world_rotations(nodes)
    binds: dict[int, tuple[Array, Array]] = {}
    for skin in document.items("skins"):
        if "inverseBindMatrices" not in skin:
            continue
        joints = sorted(
            (nodes.joint_of[int(number)], row) for row, number in enumerate(skin["joints"])
        )
        inverses = document.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
        upright: Array | None = None
        for joint, row in joints:
            bind = np.asarray(np.linalg.inv(inverses[row].T), dtype=np.float64)
            position, rotation, scale = _decomposed(bind)
            if upright is None:
                upright = _quarter_turns(quat_multiply(world[joint], quat_inverse(rotation)))
            position = quat_rotate(upright, position) * (nodes.scales[joint] / scale)
            binds.setdefault(joint, (position, quat_multiply(upright, rotation)))
    return binds


def _world_rotations(nodes: _Nodes) -> Array:
    world = nodes.rotations.copy()
    for joint, parent in enumerate(nodes.parents):
        if parent >= 0:
            world[joint] = quat_multiply(world[parent], nodes.rotations[joint])
    return world


def _quarter_turns(rotation: Array) -> Array:
    """The rotation by quarter turns about the axes that is nearest to `rotation` (4,)."""
    matrix = quat_to_rotmat(rotation)
    snapped = np.zeros((3, 3))
    for _ in range(3):
        row, column = np.unravel_index(np.argmax(np.abs(matrix)), (3, 3))
        snapped[row, column] = np.sign(matrix[row, column])
        matrix[row, :] = matrix[:, column] = 0.0
    return rotmat_to_quat(snapped) if np.linalg.det(snapped) > 0 else rotation


@dataclass(frozen=True)
class _Curve:
    joint: int
    path: str
    interpolation: str
    times: Array
    values: Array
    """(K, 3 or 4) keys, or (K, 3, 3 or 4) in-tangent, key and out-tangent of a cubic spline."""


def _curves(document: Document, animation: dict[str, Any], nodes: _Nodes) -> list[_Curve]:
    curves: list[_Curve] = []
    for channel in animation["channels"]:
        target = channel["target"]
        if target.get("path") not in _PATHS:
            continue
        sampler = animation["samplers"][channel["sampler"]]
        interpolation = str(sampler.get("interpolation", "LINEAR"))
        times = document.accessor(sampler["input"])[:, 0]
        values = document.accessor(sampler["output"])
        if interpolation == "CUBICSPLINE":
            values = values.reshape(-1, 3, values.shape[1])
        width = 4 if target["path"] == "rotation" else 3
        if len(times) == 0 or len(times) != len(values) or values.shape[-1] != width:
            raise ValueError("an animation curve has no keys or not one value per key")
        if np.any(np.diff(times) <= 0) or interpolation not in _INTERPOLATIONS:
            raise ValueError("an animation curve runs backwards or is of an unknown kind")
        joint = nodes.joint_of[int(target["node"])]
        curves.append(_Curve(joint, str(target["path"]), interpolation, times, values))
    if not curves:
        raise UserError("it moves no node")
    return curves


def _key_rate(document: Document, animations: Sequence[dict[str, Any]]) -> float:
    """The lowest usual rate on whose frames all keys of the animations lie, or 30."""
    keys = [times for animation in animations for times in _key_times(document, animation)]
    times = np.unique(np.concatenate(keys))
    for rate in RATES:
        if np.all(np.abs(times * rate - np.round(times * rate)) < 0.02):
            return rate
    return 30.0


def _sample(nodes: _Nodes, curves: Sequence[_Curve], fps: float) -> tuple[Array, Array]:
    """Local translations (T, J, 3) and rotations (T, J, 4) from first to last key."""
    start = min(float(curve.times[0]) for curve in curves)
    end = max(float(curve.times[-1]) for curve in curves)
    joints = len(nodes.names)
    if (end - start) * fps * joints > MAX_POSES:
        raise UserError(f"it is too long: {end - start:.0f} s of {joints} joints")
    frames = round((end - start) * fps) + 1
    times = start + np.arange(frames) / fps
    translations = np.broadcast_to(nodes.translations, (frames, joints, 3)).copy()
    rotations = np.broadcast_to(nodes.rotations, (frames, joints, 4)).copy()
    for curve in curves:
        values = _interpolated(curve, times)
        if curve.path == "rotation":
            rotations[:, curve.joint] = values
        else:
            translations[:, curve.joint] = values
    return translations, rotations


def _interpolated(curve: _Curve, times: Array) -> Array:
    before = np.clip(np.searchsorted(curve.times, times, side="right") - 1, 0, None)
    after = np.minimum(before + 1, len(curve.times) - 1)
    step = curve.times[after] - curve.times[before]
    inside = (times - curve.times[before]) / np.where(step > 0, step, 1.0)
    values = _INTERPOLATIONS[curve.interpolation](
        curve, before, after, np.clip(inside, 0.0, 1.0)[:, None], step[:, None]
    )
    return _wxyz(values) if curve.path == "rotation" else values


def _step(
    curve: _Curve, before: NDArray[np.intp], after: NDArray[np.intp], t: Array, step: Array
) -> Array:
    return np.where(t < 1.0, curve.values[before], curve.values[after])


def _linear(
    curve: _Curve, before: NDArray[np.intp], after: NDArray[np.intp], t: Array, step: Array
) -> Array:
    first, second = curve.values[before], curve.values[after]
    if curve.path == "rotation":
        return quat_slerp(quat_normalize(first), quat_normalize(second), t[:, 0])
    return first + t * (second - first)


def _cubic(
    curve: _Curve, before: NDArray[np.intp], after: NDArray[np.intp], t: Array, step: Array
) -> Array:
    """Hermite spline, glTF 2.0 specification appendix C.5."""
    first, leaving = curve.values[before, 1], curve.values[before, 2] * step
    second, arriving = curve.values[after, 1], curve.values[after, 0] * step
    return (
        (2 * t**3 - 3 * t**2 + 1) * first
        + (t**3 - 2 * t**2 + t) * leaving
        + (3 * t**2 - 2 * t**3) * second
        + (t**3 - t**2) * arriving
    )


_INTERPOLATIONS = {"STEP": _step, "LINEAR": _linear, "CUBICSPLINE": _cubic}
