"""Rigs as strangers make them: other names, proportions, poses, axes, units and extra bones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from blender_addon.core.bone_map import BoneMap
from blender_addon.core.humanoid import FINGERS, sided
from blender_addon.core.rig import Rig
from gesture_core.rotation import quat_to_rotmat, rotvec_to_quat

SWING = {
    "UpperArm": 25.0, "LowerArm": 20.0, "Hand": 12.0, "Shoulder": 6.0, "UpperLeg": 12.0,
    "LowerLeg": 10.0, "Foot": 8.0, "neck": 8.0, "head": 8.0, "spine": 5.0, "chest": 5.0,
}  # fmt: skip
"""Standard deviation in degrees of how far a resting joint is turned; fingers 10°."""


@dataclass
class Draft:
    """A rig in the making; `played`: humanoid bone → index of its bone."""

    names: list[str]
    parents: list[int]
    heads: np.ndarray
    played: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rig: Rig, bone_map: BoneMap) -> Draft:
        played = {name: rig.index(parts[0]) for name, parts in bone_map.bones.items()}
        return cls(list(rig.names), list(rig.parents), rig.heads.copy(), played)

    def add(self, parent: int, head: np.ndarray) -> int:
        self.names.append(f"extra{len(self.names)}")
        self.parents.append(parent)
        self.heads = np.vstack([self.heads, head])
        return len(self.names) - 1

    def chain(self, parent: int, step: np.ndarray, count: int) -> None:
        for _ in range(count):
            parent = self.add(parent, self.heads[parent] + step)

    def below(self, bone: int) -> list[int]:
        found = {bone}
        for k, parent in enumerate(self.parents):
            if parent in found:
                found.add(k)
        return sorted(found)

    def drop(self, humanoid: str) -> None:
        """Take a bone away with all that hangs below it."""
        gone = set(self.below(self.played[humanoid]))
        kept = [k for k in range(len(self.names)) if k not in gone]
        place = {bone: k for k, bone in enumerate(kept)}
        self.parents = [place.get(self.parents[k], -1) for k in kept]
        self.names = [self.names[k] for k in kept]
        self.heads = self.heads[kept]
        self.played = {name: place[bone] for name, bone in self.played.items() if bone in place}

    def proportion(self, factors: dict[str, float]) -> None:
        """Stretch the way to each joint: `factors` by humanoid bone without side."""
        owner = {bone: sided(name)[1] for name, bone in self.played.items()}
        steps = [
            self.heads[k] - (self.heads[parent] if parent >= 0 else 0.0)
            for k, parent in enumerate(self.parents)
        ]
        for k, parent in enumerate(self.parents):
            factor = factors.get(owner.get(k, ""), 1.0) if parent >= 0 else 1.0
            self.heads[k] = (self.heads[parent] if parent >= 0 else 0.0) + factor * steps[k]

    def turn(self, humanoid: str, rotvec: np.ndarray) -> None:
        """Turn all that hangs below a joint about it."""
        bone = self.played[humanoid]
        below = self.below(bone)
        turn = quat_to_rotmat(rotvec_to_quat(rotvec))
        self.heads[below] = (self.heads[below] - self.heads[bone]) @ turn.T + self.heads[bone]

    def finish(self) -> Rig:
        """The rig, its tails at the next joints."""
        tails = self.heads + [0.0, 0.0, 0.03]
        for k, parent in enumerate(self.parents):
            if parent >= 0:
                tails[parent] = self.heads[k]
        axes = np.tile(np.eye(3), (len(self.names), 1, 1))
        return Rig(tuple(self.names), tuple(self.parents), self.heads, tails, axes)


def varied(
    rig: Rig, bone_map: BoneMap, rng: np.random.Generator, wild: float = 1.0
) -> tuple[Rig, dict[str, str]]:
    """A stranger's version of a rig whose bones are known, with names that say nothing.

    `wild` scales how odd it is. Returns it with the right answer, humanoid bone → bone.
    """
    draft = Draft.of(rig, bone_map)
    size = float(np.ptp(rig.heads, axis=0).max())
    _lose_bones(draft, rng, wild)
    draft.proportion(_proportions(draft, rng, wild))
    for name in sorted(draft.played, key=draft.played.__getitem__):
        part = sided(name)[1]
        swing = 10.0 if part.startswith(FINGERS) else SWING.get(part, 0.0)
        draft.turn(name, np.radians(rng.normal(0.0, swing * wild, 3)))
    _add_noise(draft, rng, size, wild)
    axes = np.eye(3)[rng.permutation(3)] * rng.choice([-1.0, 1.0], 3)[:, None]
    if np.linalg.det(axes) < 0.0:
        axes = -axes
    draft.heads = draft.heads @ axes.T * 10.0 ** rng.uniform(-2.0, 2.0)
    draft.names = [f"bone{k}" for k in rng.permutation(len(draft.names))]
    truth = {name: draft.names[bone] for name, bone in draft.played.items()}
    return draft.finish(), truth


def _proportions(draft: Draft, rng: np.random.Generator, wild: float) -> dict[str, float]:
    """A factor for each humanoid bone without side; the knuckles keep to one palm."""
    parts = sorted({sided(name)[1] for name in draft.played})
    palm = float(np.exp(rng.normal(0.0, 0.12 * wild)))
    spread = {part: 0.06 if part.startswith(FINGERS) else 0.12 for part in parts}
    factors = {part: float(np.exp(rng.normal(0.0, spread[part] * wild))) for part in parts}
    return factors | {f"{finger}Proximal": palm for finger in FINGERS[1:]}


def _lose_bones(draft: Draft, rng: np.random.Generator, wild: float) -> None:
    for parts in (("Toes",), ("RingProximal", "LittleProximal"), ("Eye",)):
        if rng.random() < 0.2 * wild:
            for part in parts:
                for side in ("left", "right"):
                    if side + part in draft.played:
                        draft.drop(side + part)


def _add_noise(draft: Draft, rng: np.random.Generator, size: float, wild: float) -> None:
    played = draft.played
    if rng.random() < 0.5 * wild:
        for limb in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg"):
            for side in ("left", "right"):
                bone = played[side + limb]
                end = next((k for k, p in enumerate(draft.parents) if p == bone), bone)
                middle = (draft.heads[bone] + draft.heads[end]) / 2.0
                draft.add(bone, middle + rng.normal(0.0, 0.003 * size, 3))
    if rng.random() < 0.3 * wild:
        draft.chain(played["hips"], size * np.array([0.0, 0.06, -0.02]), int(rng.integers(2, 7)))
    if rng.random() < 0.4 * wild:
        for _ in range(int(rng.integers(2, 9))):
            step = size * rng.normal(0.0, 0.02, 3) + size * np.array([0.0, 0.01, -0.01])
            draft.chain(played["head"], step, int(rng.integers(2, 6)))
    if rng.random() < 0.3 * wild:
        for angle in np.linspace(0.0, 2.0 * np.pi, 9)[:-1]:
            step = size * np.array([0.02 * np.cos(angle), 0.02 * np.sin(angle), -0.06])
            draft.chain(played["hips"], step, 3)
    if rng.random() < 0.3 * wild:
        hand = played["rightHand"]
        draft.chain(hand, size * rng.normal(0.0, 0.08, 3), 2)
    if rng.random() < 0.3 * wild:
        for _ in range(4):
            draft.add(-1, size * rng.normal(0.0, 0.4, 3))


def crowded(rig: Rig) -> Rig:
    """The rig with more than five hundred bones of hair, cloth and tools, wherever they hang."""
    draft = Draft(list(rig.names), list(rig.parents), rig.heads.copy())
    rng = np.random.default_rng(5)
    for _ in range(90):
        draft.chain(int(rng.integers(len(rig.names))), rng.normal(0.0, 0.02, 3), 6)
    return draft.finish()
