"""Clothes draped from MakeHuman's helper tights: a top and trousers.

The tights follow the body and its weights. A garment is a piece of them, cut by planes and
eased off the body; it is draped by the cloth solver in a relaxed pose, so that its folds are
those of lowered arms, brought back to the bind pose and refined. Bands finish its openings.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.sparse import csgraph, csr_matrix

from gesture_core.avatar.bands import band
from gesture_core.avatar.basemesh import BODY, Floats, Ints, load_base_mesh
from gesture_core.avatar.cloth_simulation import ClothSettings, simulate, weave
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import Part, join
from gesture_core.avatar.posing import aim, bone_motions, move, move_back, vertex_motions
from gesture_core.avatar.rig import SIDES, Rig
from gesture_core.avatar.surface import (
    NearestSurface,
    Subdivision,
    border_edges,
    neighbour_mean,
    subdivide,
    vertex_normals,
)

# openings that get a border, and how many ribs go round it
RIBS = {"neck": 110, "leftWrist": 56, "rightWrist": 56, "hem": 260, "leftAnkle": 90}
RIBS |= {"rightAnkle": 90}
# how far a band lies off the skin, metres
SNUG = {"neck": 0.006, "leftWrist": 0.004, "rightWrist": 0.004}
UP = np.array([0.0, 1.0, 0.0])
ARM, LEG = ("UpperArm", "LowerArm", "Hand"), ("UpperLeg", "LowerLeg", "Foot")


@dataclass(frozen=True)
class Garment:
    """One piece of clothing, as data. Colour in sRGB, lengths in metres.

    ease: distance from the body; slack: radius a sleeve or leg reaches at its widest;
    bands: width of ribbed borders at neck, wrists and hem, 0 for plain rims;
    neck_drop: how far the neckline lies below the base of the neck; knit: stitches in relief.
    """

    kind: Literal["top", "trousers"]
    color: tuple[float, ...]
    ease: float = 0.008
    slack: float = 0.04
    bands: float = 0.0
    neck_drop: float = 0.0
    knit: bool = False
    drape: ClothSettings = ClothSettings()


@dataclass(frozen=True)
class Cut:
    """An opening: what lies beyond the plane is removed. `limb` names the weights it acts on."""

    name: str
    point: Floats
    normal: Floats
    limb: str

    def beyond(self, positions: Floats) -> Floats:
        """Signed distance (N,) past the plane."""
        return (positions - self.point) @ self.normal


def limb_weight(rig: Rig, weights: Floats, limb: str) -> Floats:
    """How much each row (N, B) belongs to leftArm, rightArm, leftLeg, rightLeg, trunk or head."""
    return weights[:, [_limb(name) == limb for name in rig.names]].sum(1)


def _limb(bone: str) -> str:
    side = "left" if bone.startswith("left") or bone.endswith(".L") else ""
    side = "right" if bone.startswith("right") or bone.endswith(".R") else side
    if side and ("leg" in bone.lower() or "Foot" in bone or "Toes" in bone):
        return f"{side}Leg"
    if side and "Eye" not in bone and "Shoulder" not in bone:
        return f"{side}Arm"
    return "head" if bone in ("head", "jaw") or "Eye" in bone else "trunk"


def _is_clothed(bone: str) -> bool:
    return not any(part in bone for part in ("Foot", "Toes", "head", "jaw", "Eye", "Proximal"))


def arm_weight(rig: Rig, weights: Floats) -> Floats:
    return limb_weight(rig, weights, "leftArm") + limb_weight(rig, weights, "rightArm")


def openings(human: Human, garment: Garment) -> list[Cut]:
    """Neck, hem and wrists of a top; waist and ankles of trousers."""
    rig = human.rig
    if garment.kind == "trousers":
        waist = Cut("waist", rig.head("hips") + 0.015 * UP, UP, "trunk")
        return [waist] + [
            Cut(f"{side}Ankle", rig.head(f"{side}Foot") + 0.010 * UP, -UP, f"{side}Leg")
            for side in SIDES
        ]
    collar = rig.head("neck") + (0.018 - garment.neck_drop) * UP
    neck = Cut("neck", collar, np.array([0.0, 0.90, 0.436]), "trunk")
    hem = Cut("hem", rig.head("leftUpperLeg") - (0.050 - garment.bands) * UP, -UP, "trunk")
    wrists = []
    for side, s in SIDES.items():
        hand = rig.head(f"{side}Hand")
        along = hand - rig.head(f"lowerarm02.{s}")
        along /= np.linalg.norm(along)
        wrists.append(
            Cut(f"{side}Wrist", hand - (0.002 + garment.bands) * along, along, f"{side}Arm")
        )
    return [neck, hem, *wrists]


@lru_cache(maxsize=1)
def _refined_tights() -> tuple[Ints, Ints, Subdivision, Subdivision]:
    """Vertices and uvs of the tights used, and one refinement of their quads."""
    base = load_base_mesh()
    vertices, faces = np.unique(base.faces["helper-tights"], return_inverse=True)
    uvs, uv_faces = np.unique(base.face_uvs["helper-tights"], return_inverse=True)
    step = subdivide(faces.reshape(-1, 4), len(vertices))
    uv_step = subdivide(uv_faces.reshape(-1, 4), len(uvs), smooth=False)
    return vertices, uvs, step, uv_step


def cut_out(human: Human, garment: Garment) -> Part:
    """The piece of the tights between the openings."""
    vertices, uvs, step, uv_step = _refined_tights()
    positions = step.matrix @ human.vertices[vertices]
    weights = step.matrix @ human.weights[vertices]
    coordinates = (uv_step.matrix @ human.base.uvs[uvs])[uv_step.faces]
    arms = arm_weight(human.rig, weights)
    beyond = np.full(len(positions), -1.0)
    for cut in openings(human, garment):
        acts = arms < 0.5
        if cut.limb != "trunk":
            acts = limb_weight(human.rig, weights, cut.limb) > 0.5
        beyond = np.maximum(beyond, np.where(acts, cut.beyond(positions), -1.0))
    if garment.kind == "trousers":
        beyond = np.where(arms > 0.4, 1.0, beyond)
    kept = (beyond[step.faces] < 0).all(1)
    part = _select(Part(garment.kind, step.faces, positions, weights, coordinates), kept)
    _, label = csgraph.connected_components(neighbour_mean(part.faces, len(part.positions)))
    return _select(part, (label == np.bincount(label).argmax())[part.faces].all(1))


def _select(part: Part, kept: Ints) -> Part:
    used, faces = np.unique(part.faces[kept], return_inverse=True)
    return replace(
        part,
        faces=faces.reshape(-1, part.faces.shape[1]),
        positions=part.positions[used],
        weights=part.weights[used],
        corner_uvs=part.corner_uvs[kept],
    )


def drape(human: Human, garment: Garment, under: tuple[Part, ...] = ()) -> tuple[Part, Part]:
    """Drape one garment over the body and the clothes under it: cloth and bands, bind pose."""
    part, cuts = cut_out(human, garment), openings(human, garment)
    owner = border_owner(human, part, cuts)
    at_rest = clothing_surface(human, bone_motions(human.rig, {}), under)
    draft = _draft(human, garment, part, cuts, owner, at_rest)
    motions = bone_motions(human.rig, relaxed_pose(human.rig))
    part_motions = vertex_motions(part.weights, motions)
    posed_body = clothing_surface(human, motions, under)
    start = posed_body.push_out(move(draft, part_motions), garment.ease)
    fixed = {"trousers": ("waist",), "top": ("neck", "hem", "leftWrist", "rightWrist")}[
        garment.kind
    ]
    pinned = np.isin(owner, [i for i, cut in enumerate(cuts) if cut.name in fixed])
    mean = neighbour_mean(part.faces, len(part.positions))
    threads = weave(draft, part.faces, garment.drape)
    fallen = simulate(start, threads, pinned, posed_body, garment.drape)
    for index, cut in enumerate(cuts):
        edge = owner == index
        fallen[edge] -= np.outer(cut.beyond(fallen[edge]), cut.normal)
    for _ in range(2):  # the finest creases are the solver's, not the cloth's
        fallen = np.where(owner[:, None] >= 0, fallen, 0.5 * (fallen + mean @ fallen))
    draped = replace(part, positions=move_back(fallen, part_motions))
    trims = []
    for index, cut in enumerate(cuts):
        if cut.name in RIBS:
            skin = human if cut.name in SNUG else None
            profile = _profile(cut, garment)
            trims.append(band(draped, owner, index, cut.normal, profile, RIBS[cut.name], skin))
    return _refine(draped), join(f"{garment.kind}Bands", trims)


def _profile(cut: Cut, garment: Garment) -> Floats:
    """Cross-section (R, 2) of the border at an opening: along its normal, and outwards."""
    if garment.bands == 0:
        return np.array(
            [[-0.012, 0.0015], [0.0, 0.002], [0.0015, 0.0], [-0.001, -0.002], [-0.02, -0.003]]
        )
    thick, wide = 0.0028, garment.bands * (0.45 if cut.name == "neck" else 1.0)
    taper = {"neck": 0.55, "hem": 0.12}.get(cut.name, 0.10)
    outside = [(-0.011, -0.0005), (-0.004, 0.0015)] + [
        (wide * t, thick * np.sin(np.pi * min(1.0, 0.15 + t)) ** 0.5 - taper * wide * t)
        for t in (0.05, 0.25, 0.5, 0.75, 0.92)
    ]
    end = (wide, -taper * wide - 0.5 * thick)
    inside = [(wide * 0.9, -taper * wide - 1.3 * thick), (-0.012, -1.6 * thick)]
    return np.array([*outside, end, *inside])


def relaxed_pose(rig: Rig) -> dict[str, Floats]:
    """Arms lowered, elbows bent as in talk: where sleeves should look best."""
    turns = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        upper = aim(rig, f"{side}UpperArm", f"{side}LowerArm", np.array([0.36 * sign, -1, 0.02]))
        lower = aim(rig, f"{side}LowerArm", f"{side}Hand", np.array([0.15 * sign, -0.8, 0.6]))
        turns[f"{side}UpperArm"] = upper
        turns[f"{side}LowerArm"] = upper.T @ lower
    return turns


def clothing_surface(human: Human, motions: Floats, under: tuple[Part, ...] = ()) -> NearestSurface:
    """What a garment meets, posed by bone motions: the body with its fine relief smoothed
    away, and other clothes."""
    step, mean = _body_refinement()
    points = step.matrix @ human.vertices[BODY]
    weights = step.matrix @ human.weights[BODY]
    clothed = weights[:, [_is_clothed(name) for name in human.rig.names]].sum(1)[:, None]
    trunk = limb_weight(human.rig, weights, "trunk")[:, None]
    for round_ in range(36):  # limbs would lose girth if they were smoothed as long
        share = clothed if round_ < 12 else np.minimum(clothed, trunk)
        points = points + 0.5 * share * (mean @ points - points)
    points = move(points, vertex_motions(weights, motions))
    clouds, normals = [points], [vertex_normals(points, step.faces)]
    for part in under:
        clouds.append(move(part.positions, vertex_motions(part.weights, motions)))
        normals.append(vertex_normals(clouds[-1], part.faces))
    return NearestSurface.of(np.concatenate(clouds), np.concatenate(normals))


@lru_cache(maxsize=1)
def _body_refinement() -> tuple[Subdivision, csr_matrix]:
    """The body's quads refined once, and the neighbour mean over the result."""
    step = subdivide(load_base_mesh().faces["body"], BODY.stop)
    count = step.faces.max() + 1
    return step, neighbour_mean(step.faces, int(count))


def border_owner(human: Human, part: Part, cuts: list[Cut]) -> Ints:
    """Per vertex the index of the opening whose border it lies on, -1 inside."""
    owner = np.full(len(part.positions), -1)
    border = np.unique(border_edges(part.faces))
    away = np.stack([np.abs(cut.beyond(part.positions[border])) for cut in cuts], axis=1)
    for column, cut in enumerate(cuts):
        if cut.limb != "trunk":
            own = limb_weight(human.rig, part.weights[border], cut.limb)
            away[own < 0.4, column] = np.inf
    owner[border] = away.argmin(1)
    return owner


def _draft(
    human: Human,
    garment: Garment,
    part: Part,
    cuts: list[Cut],
    owner: Ints,
    body: NearestSurface,
) -> Floats:
    """The sewing pattern: eased off the body, limbs widened, openings flat and tight."""
    positions, faces = part.positions, part.faces
    mean, inside = neighbour_mean(faces, len(positions)), (owner < 0)[:, None]
    positions = positions + garment.ease * vertex_normals(positions, faces)
    for step in range(120):  # cloth spans the hollows of the body
        positions = positions + 0.5 * inside * (mean @ positions - positions)
        if step % 4 == 3:
            positions = body.push_out(positions, garment.ease)
    positions = _widen(human, garment, part.weights, positions)
    for index, cut in enumerate(cuts):
        edge = owner == index
        if cut.name in SNUG and garment.bands:
            signed, normals = body.query(positions[edge])
            positions[edge] -= (signed - SNUG[cut.name])[:, None] * normals
        positions[edge] -= np.outer(cut.beyond(positions[edge]), cut.normal)
    return positions


def _widen(human: Human, garment: Garment, weights: Floats, positions: Floats) -> Floats:
    """Let sleeves or legs stand off the limb, narrowing again towards a cuff."""
    result = positions.copy()
    chain, kind = (ARM, "Arm") if garment.kind == "top" else (LEG, "Leg")
    for side in SIDES:
        joints = np.array([human.rig.head(f"{side}{name}") for name in chain])
        share = np.clip(2 * limb_weight(human.rig, weights, f"{side}{kind}") - 0.6, 0, 1)
        foot, place = _nearest_on_chain(positions, joints)
        radial = positions - foot
        radius = np.maximum(np.linalg.norm(radial, axis=1), 1e-6)
        cuff = np.clip((0.97 - place) / 0.12, 0, 1) if kind == "Arm" else 1.0
        widest = 0.6 if kind == "Arm" else 0.4
        wanted = np.maximum(radius, garment.slack * np.clip(place / widest, 0, 1) * cuff)
        result += (share * (wanted / radius - 1))[:, None] * radial
    return result


def _nearest_on_chain(positions: Floats, joints: Floats) -> tuple[Floats, Floats]:
    """Closest point (N, 3) on a polyline of three joints, and how far along it (N,) 0–1."""
    candidates = []
    for index in (0, 1):
        start, along = joints[index], joints[index + 1] - joints[index]
        t = np.clip((positions - start) @ along / (along @ along), 0, 1)
        candidates.append((start + t[:, None] * along, (index + t) / 2))
    away = [np.linalg.norm(positions - point, axis=1) for point, _ in candidates]
    first = away[0] <= away[1]
    foot = np.where(first[:, None], candidates[0][0], candidates[1][0])
    return foot, np.where(first, candidates[0][1], candidates[1][1])


def _refine(part: Part) -> Part:
    step = subdivide(part.faces, len(part.positions))
    corners = part.corner_uvs
    centre = corners.mean(1, keepdims=True)
    quads = [
        np.stack(
            [
                corners[:, k],
                (corners[:, k] + corners[:, (k + 1) % 4]) / 2,
                centre[:, 0],
                (corners[:, k] + corners[:, k - 1]) / 2,
            ],
            axis=1,
        )
        for k in range(4)
    ]
    return replace(
        part,
        faces=step.faces,
        positions=step.matrix @ part.positions,
        weights=step.matrix @ part.weights,
        corner_uvs=np.concatenate(quads),
    )


def visible_skin(human: Human, garments: tuple[Garment, ...]) -> tuple[Ints, Floats]:
    """Body faces that clothes do not hide, and how deep (19158,) each vertex is tucked, 0–1.

    Skin reaches a little way into an opening, drawn in there so that it cannot come through.
    """
    top = next(garment for garment in garments if garment.kind == "top")
    neck, _, *wrists = openings(human, top)
    body, rig = human.vertices, human.rig
    depth = np.full(len(body), np.inf)
    throat = rig.head("neck") + 0.03 * UP
    near_neck = np.linalg.norm((body - throat) * [1.0, 0.0, 1.0], axis=1) < 0.085
    near_neck |= limb_weight(rig, human.weights, "head") > 0.2
    near_neck &= (arm_weight(rig, human.weights) < 0.5) & (body[:, 1] > rig.head("upperChest")[1])
    depth[near_neck] = -neck.beyond(body[near_neck])
    for cut in wrists:
        own = limb_weight(rig, human.weights, cut.limb) > 0.5
        # a sleeve can be looked into further than a collar
        depth[own] = 0.35 * (-cut.beyond(body[own]) - top.bands)
    seen = np.flatnonzero((depth[human.base.faces["body"]] < 0.020).any(1))
    hidden = np.clip(depth / 0.012, 0, 1)
    return seen, np.where(np.isfinite(depth), hidden, 0.0)


def tuck_skin(human: Human, tucked: Floats, depth: float = 0.005) -> Human:
    """Draw the skin in by `depth` metres where it is tucked under clothes."""
    inward = vertex_normals(human.vertices, human.base.faces["body"])
    return replace(human, vertices=human.vertices - depth * tucked[:, None] * inward)


def tuck_cloth(
    human: Human, garments: tuple[Garment, ...], trousers: Part, depth: float = 0.02
) -> Part:
    """Draw trousers in by `depth` metres where the top hangs over them, or a bow shows them."""
    top = next(garment for garment in garments if garment.kind == "top")
    hem = openings(human, top)[1]
    inward = vertex_normals(trousers.positions, trousers.faces)
    hidden = np.clip((-hem.beyond(trousers.positions) - 0.005) / 0.02, 0, 1)
    return replace(trousers, positions=trousers.positions - depth * hidden[:, None] * inward)
