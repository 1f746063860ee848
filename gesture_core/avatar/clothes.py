"""Clothes draped from MakeHuman's helper tights: a top and trousers.

The tights follow the body and its weights; a garment is a piece of them, cut by planes,
eased off the body, relaxed so that it spans hollows as cloth does, and given rims.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from gesture_core.avatar.basemesh import BODY, BaseMesh, Floats, Ints, load_base_mesh
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import Part
from gesture_core.avatar.rig import SIDES
from gesture_core.avatar.surface import (
    NearestSurface,
    border_vertices,
    neighbour_mean,
    subdivide,
    vertex_normals,
)

Colour = tuple[float, ...]


@dataclass(frozen=True)
class Garment:
    """One piece of clothing, as data. Lengths in metres.

    ease: distance from the body; slack: least radius of sleeve or leg at its end;
    band: width of the ribbed border at the openings, 0 for none.
    """

    kind: Literal["top", "trousers"]
    color: Colour
    ease: float = 0.008
    slack: float = 0.04
    band: float = 0.0
    relax: int = 40
    neck_drop: float = 0.0


@dataclass(frozen=True)
class Cut:
    """An opening: what lies beyond the plane is removed. `limb` names the weights it acts on."""

    point: Floats
    normal: Floats
    limb: str

    def beyond(self, positions: Floats) -> Floats:
        return (positions - self.point) @ self.normal


@dataclass(frozen=True)
class Cloth:
    """The tights, twice subdivided: positions (N, 3), weights (N, B), faces, corner uvs."""

    positions: Floats
    weights: Floats
    faces: Ints
    corner_uvs: Floats


def unit(vector: Floats) -> Floats:
    return vector / np.linalg.norm(vector)


def limb_weight(human: Human, weights: Floats, limb: str) -> Floats:
    """How much each row (N, B) belongs to "leftArm", "rightLeg", …, "trunk" or "head"."""
    return weights[:, [_limb(name) == limb for name in human.rig.names]].sum(1)


def _limb(bone: str) -> str:
    side = "left" if bone.startswith("left") or bone.endswith(".L") else ""
    side = "right" if bone.startswith("right") or bone.endswith(".R") else side
    if side and ("leg" in bone.lower() or "Foot" in bone or "Toes" in bone):
        return f"{side}Leg"
    if side and "Eye" not in bone and "Shoulder" not in bone:
        return f"{side}Arm"
    return "head" if bone in ("head", "jaw") or "Eye" in bone else "trunk"


def tights(human: Human) -> Cloth:
    steps, uv_steps, uv_faces, vertices, uvs = _tights_refined()
    positions, weights, coordinates = human.vertices[vertices], human.weights[vertices], uvs
    for step, uv_step in zip(steps, uv_steps, strict=True):
        positions, weights = step.matrix @ positions, step.matrix @ weights
        coordinates = uv_step.matrix @ coordinates
    return Cloth(positions, weights, steps[-1].faces, coordinates[uv_faces])


@lru_cache(maxsize=1)
def _tights_refined():
    base: BaseMesh = load_base_mesh()
    vertices, faces = np.unique(base.faces["helper-tights"], return_inverse=True)
    uv_ids, uv_faces = np.unique(base.face_uvs["helper-tights"], return_inverse=True)
    faces, uv_faces = faces.reshape(-1, 4), uv_faces.reshape(-1, 4)
    steps, uv_steps, count, uv_count = [], [], len(vertices), len(uv_ids)
    for _ in range(2):
        steps.append(subdivide(faces, count))
        uv_steps.append(subdivide(uv_faces, uv_count, smooth=False))
        faces, count = steps[-1].faces, steps[-1].matrix.shape[0]
        uv_faces, uv_count = uv_steps[-1].faces, uv_steps[-1].matrix.shape[0]
    return steps, uv_steps, uv_faces, vertices, base.uvs[uv_ids]


def cuts(human: Human, garment: Garment) -> list[Cut]:
    """Openings of a garment: neck, wrists and hem, or waist and ankles."""
    rig, up = human.rig, np.array([0.0, 1.0, 0.0])
    hips, legs = rig.head("hips"), rig.head("leftUpperLeg")
    if garment.kind == "trousers":
        ends = [Cut(rig.head(f"{side}Foot") + 0.018 * up, -up, f"{side}Leg") for side in SIDES]
        return [Cut(hips + 0.05 * up, up, "trunk"), *ends]
    collar = rig.head("neck") + np.array([0.0, 0.036 - garment.neck_drop, 0.0])
    ends = []
    for side in SIDES:
        along = unit(rig.head(f"{side}Hand") - rig.heads[rig.index(f"lowerarm02.{SIDES[side]}")])
        ends.append(Cut(rig.head(f"{side}Hand") - 0.006 * along, along, f"{side}Arm"))
    hem = np.array([0.0, legs[1] - 0.045, 0.0])
    return [Cut(collar, unit(np.array([0.0, 1.0, 0.62])), "trunk"), Cut(hem, -up, "trunk"), *ends]


def drape(human: Human, garment: Garment) -> Part:
    """Cut, ease and relax one garment."""
    cloth, openings = tights(human), cuts(human, garment)
    beyond = np.max([_removed(human, cloth, cut) for cut in openings], axis=0)
    if garment.kind == "trousers":
        arms = sum(limb_weight(human, cloth.weights, f"{side}Arm") for side in SIDES)
        beyond = np.where(arms > 0.4, 1.0, beyond)
    kept = (beyond[cloth.faces] < 0).all(1)
    used, faces = np.unique(cloth.faces[kept], return_inverse=True)
    faces = faces.reshape(-1, 4)
    positions, weights = cloth.positions[used], cloth.weights[used]
    part = Part(garment.kind, faces, positions, weights, cloth.corner_uvs[kept])
    part = _largest_component(part)
    owner = _border_owner(human, part, openings)
    return _relax(human, garment, part, openings, owner)


def _removed(human: Human, cloth: Cloth, cut: Cut) -> Floats:
    """Signed distance (N,) beyond a cut, -1 where the cut does not act."""
    if cut.limb == "trunk":
        arms = sum(limb_weight(human, cloth.weights, f"{side}Arm") for side in SIDES)
        acts = arms < 0.5
    else:
        acts = limb_weight(human, cloth.weights, cut.limb) > 0.5
    return np.where(acts, cut.beyond(cloth.positions), -1.0)


def _largest_component(part: Part) -> Part:
    from scipy.sparse import csgraph

    _, label = csgraph.connected_components(neighbour_mean(part.faces, len(part.positions)))
    keep = label == np.bincount(label).argmax()
    kept = keep[part.faces].all(1)
    used, faces = np.unique(part.faces[kept], return_inverse=True)
    return replace(
        part,
        faces=faces.reshape(-1, part.faces.shape[1]),
        positions=part.positions[used],
        weights=part.weights[used],
        corner_uvs=part.corner_uvs[kept],
    )


def _border_owner(human: Human, part: Part, openings: list[Cut]) -> Ints:
    """Per vertex the opening whose border it lies on, -1 inside."""
    owner = np.full(len(part.positions), -1)
    border = border_vertices(part.faces)
    away = np.stack([np.abs(cut.beyond(part.positions[border])) for cut in openings], axis=1)
    for column, cut in enumerate(openings):
        if cut.limb != "trunk":
            away[limb_weight(human, part.weights[border], cut.limb) < 0.4, column] = np.inf
    owner[border] = away.argmin(1)
    return owner


def _relax(human: Human, garment: Garment, part: Part, openings: list[Cut], owner: Ints) -> Part:
    faces, positions = part.faces, part.positions
    body = body_surface(human)
    mean = neighbour_mean(faces, len(positions))
    positions = positions + garment.ease * vertex_normals(positions, faces)
    positions = _slacken(human, garment, part.weights, positions)
    weights = part.weights
    for step in range(garment.relax):
        moved = positions + 0.5 * (mean @ positions - positions)
        # an opening keeps its plane, or it would shrink
        for index, cut in enumerate(openings):
            edge = owner == index
            moved[edge] = positions[edge] if step else moved[edge]
            moved[edge] -= np.outer(cut.beyond(moved[edge]), cut.normal)
        positions = body.push_out(moved, garment.ease)
        if step % 4 == 0:
            weights = 0.5 * weights + 0.5 * (mean @ weights)
    return replace(part, positions=positions, weights=weights)


def _slacken(human: Human, garment: Garment, weights: Floats, positions: Floats) -> Floats:
    """Widen sleeves or legs to hang from the limb instead of clinging to it."""
    result = positions.copy()
    chain = ("UpperLeg", "LowerLeg", "Foot")
    kind = "Leg"
    if garment.kind == "top":
        chain, kind = ("UpperArm", "LowerArm", "Hand"), "Arm"
    for side in SIDES:
        joints = [human.rig.head(f"{side}{name}") for name in chain]
        share = np.clip(2 * limb_weight(human, weights, f"{side}{kind}") - 0.6, 0, 1)
        foot, place = _nearest_on_chain(positions, joints)
        radial = positions - foot
        radius = np.linalg.norm(radial, axis=1, keepdims=True)
        wanted = np.maximum(radius, garment.slack * np.clip(place * 1.6, 0, 1)[:, None])
        result += share[:, None] * radial / np.maximum(radius, 1e-6) * (wanted - radius)
    return result


def _nearest_on_chain(positions: Floats, joints: list[Floats]) -> tuple[Floats, Floats]:
    """Closest point (N, 3) on a polyline of three joints, and how far along it (N,) 0–1."""
    best, place = np.full(len(positions), np.inf), np.zeros(len(positions))
    foot = np.zeros_like(positions)
    for index, (start, end) in enumerate(zip(joints[:-1], joints[1:], strict=True)):
        along = end - start
        t = np.clip((positions - start) @ along / (along @ along), 0, 1)
        point = start + t[:, None] * along
        away = np.linalg.norm(positions - point, axis=1)
        nearer = away < best
        best = np.where(nearer, away, best)
        foot = np.where(nearer[:, None], point, foot)
        place = np.where(nearer, (index + t) / (len(joints) - 1), place)
    return foot, place


def body_surface(human: Human) -> NearestSurface:
    """The naked body as a dense cloud of points with normals."""
    faces = human.base.faces["body"]
    step = subdivide(faces, BODY.stop)
    points = step.matrix @ human.vertices[BODY]
    return NearestSurface.of(points, vertex_normals(points, step.faces))


def visible_skin(human: Human, garments: list[Garment], margin: float = 0.035) -> Ints:
    """Indices of the body faces that clothes do not hide, with a margin inside the openings."""
    faces = human.base.faces["body"]
    top = next(garment for garment in garments if garment.kind == "top")
    neck, _, *wrists = cuts(human, top)
    body = human.vertices
    arms = sum(limb_weight(human, human.weights, f"{side}Arm") for side in SIDES)
    above = (neck.beyond(body) > -margin) & (arms < 0.5) & (body[:, 1] > human.rig.head("chest")[1])
    seen = above.copy()
    for cut in wrists:
        seen |= (limb_weight(human, human.weights, cut.limb) > 0.5) & (cut.beyond(body) > -margin)
    return np.flatnonzero(seen[faces].any(1))


__all__ = ["Colour", "Cut", "Garment", "body_surface", "cuts", "drape", "field", "visible_skin"]
