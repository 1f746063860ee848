"""Exemplars: the manner of whoever moves in a file, learned at use from that file alone.

A talk of some seconds gives the pose that its hands rest in, the gestures that it is made of – as
latents of the generator's own posterior encoder – and the hand that makes them. Put into a model
they stand where a recorded manner stood, so that nothing after that needs to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.gestures.encode import rotations_to_vector, unit_phases
from gesture_core.gestures.styles import BOUNDS, Style
from gesture_core.motion import Motion, resample
from gesture_core.plan import FUNCTIONS, HANDS, Hand, Plan
from gesture_core.planning.casting import Part
from gesture_core.pose.strokes import (
    PARTS,
    Excursion,
    excursions,
    moving_hand,
    rest_pose,
    upright,
    wrist_distance,
)
from gesture_core.rotation import (
    Array,
    quat_angle,
    quat_continuous,
    quat_inverse,
    quat_multiply,
    quat_slerp,
)
from gesture_core.skeleton import HUMANOID, SIDES

if TYPE_CHECKING:
    from gesture_core.gestures.synthesize import GestureModel

Floats = NDArray[np.float32]

MANNER = "exemplar"
"""Name of the manner that an exemplar becomes in a model."""
FPS = 30.0
SHORTEST, LONGEST = 3.0, 600.0
"""Seconds that an exemplar may last."""
FACING = 2.0
"""Seconds over which the direction that the hips face is averaged: who talks may turn slowly."""
LEAST_TURN = 0.3
"""Radians that an arm must turn to be wholly where a lent gesture was recorded."""
_MIRROR = np.array([1.0, 1.0, -1.0, -1.0])
_RELATIVE = HUMANOID.indices((*PARTS["torso"], *PARTS["head"], "leftShoulder", "rightShoulder"))
_ARM_BONES = HUMANOID.indices(
    tuple(f"{side}{bone}" for side in SIDES for bone in ("UpperArm", "LowerArm", "Hand"))
)
_ACTIVITY = (0.25, 0.33)
"""Metres a second that both wrists travel in our styles: at energy 0, and more for energy 1."""


@dataclass(frozen=True, eq=False)
class Exemplar:
    """What was learned of a manner.

    `rest` (J, 4); `parts`: its P gestures and their mirror images; `means`, `deviations` (P, U)
    of their latents; `like`: the known manner that rests most like it; `energy` 0.4–1.6 of a talk
    whose hands move as much; `hands`: how often each was used, against a third; `sha256` of the
    model whose latents these are.
    """

    rest: Array
    parts: tuple[Part, ...]
    means: Floats
    deviations: Floats
    like: str
    energy: float
    hands: dict[str, float]
    sha256: str


def read_exemplar(path: Path, model: GestureModel) -> Exemplar:
    """Learn from a motion file of any kind that `read_motion` reads; see `exemplar_of`."""
    from gesture_core.pose.read import read_motion  # takes scipy along, which generating does not

    try:
        return exemplar_of(read_motion(path), model, path.stem)
    except UserError as error:
        raise error if str(path) in str(error) else UserError(f"{path}: {error}") from error


def exemplar_of(motion: Motion, model: GestureModel, name: str = MANNER) -> Exemplar:
    """Learn the manner of a motion on HUMANOID that shows somebody talking.

    Spans of kind "gesture" and "stroke", where the motion has them, say where its gestures are
    and what they do. Else they are found from the wrists and serve as beats: what a stranger's
    gesture means cannot be told from its movement (the nearest of our 122 recorded gestures has
    the right function one time in four). `UserError` when the motion is too short or too long,
    nobody gestures in it, or the model's generator has no encoder of units.
    """
    import torch

    encoder = model.generator.unit
    if encoder is None:
        raise UserError("this gesture model has no encoder of gestures, so it learns no exemplars")
    if not SHORTEST <= motion.duration <= LONGEST:
        raise UserError(
            f"an exemplar lasts {SHORTEST:g} to {LONGEST:g} s, not {motion.duration:.1f} s"
        )
    rotations = _standing(motion)
    rest = rest_pose(rotations, FPS)
    told = _told(motion, rotations, rest)
    found = told or tuple((cut, "beat") for cut in excursions(rotations, rest, FPS))
    if not found:
        raise UserError("nobody gestures here: the hands never leave their rest and come back")
    points = model.generator.config.unit_points
    clips = np.concatenate([_clips(rotations, rest, cut, points, model) for cut, _ in found])
    with torch.inference_mode():
        means, log_variances = encoder(torch.from_numpy(clips))
    return Exemplar(
        rest=rest,
        parts=tuple(
            _part(f"{name}/{number}", mirrored, function, cut)
            for number, (cut, function) in enumerate(found)
            for mirrored in (False, True)
        ),
        means=means.numpy(),
        deviations=(0.5 * log_variances).exp().numpy(),
        like=_likest(rest, model),
        energy=_energy(rotations, rest),
        hands=_hand_odds([cut.hand for cut, _ in found]),
        sha256=model.sha256,
    )


def with_exemplar(model: GestureModel, exemplar: Exemplar) -> GestureModel:
    """The model with the manner `MANNER` in place of the one most like it.

    The gestures of the exemplar stand beside the known ones, which serve where it has none.
    """
    import torch

    if exemplar.sha256 != model.sha256:
        raise UserError("the exemplar was learned with another gesture model; learn it again")
    slot = model.manners.index(exemplar.like)
    rests = model.rests.copy()
    rests[slot] = exemplar.rest
    return replace(
        model,
        manners=(*model.manners[:slot], MANNER, *model.manners[slot + 1 :]),
        rests=rests,
        parts=(*model.parts, *exemplar.parts),
        unit_means=torch.cat([model.unit_means, torch.from_numpy(exemplar.means)]),
        unit_deviations=torch.cat([model.unit_deviations, torch.from_numpy(exemplar.deviations)]),
        lender=model.rests[slot],
    )


def carry_lent(
    rotations: Array, plan: Plan, lent: Sequence[bool], rest: Array, lender: Array, fps: float
) -> Array:
    """Let lent gestures go where they were recorded, although the exemplar rests elsewhere.

    The generator turns arms from a rest. A gesture of a known manner means turns from the rest
    `lender` (J, 4) of that manner, not from the `rest` of the exemplar; `lent` tells which of the
    gestures of `plan` those are. The farther such a gesture has left the rest, the more of its
    turns are taken from the lender's, so that the hand takes no detour. Rotations (T, J, 4).
    """
    times = np.arange(len(rotations)) / fps
    carried = np.array(rotations)
    for side in SIDES:
        arm = HUMANOID.indices(PARTS[f"{side}Arm"][1:])  # the collar bone goes with the trunk
        turns = quat_multiply(quat_inverse(rest[arm]), rotations[:, arm])
        away = np.linalg.norm(quat_angle(turns[:, :2]), axis=-1)  # upper arm and forearm
        weight = np.zeros(len(times))
        for gesture, other in zip(plan, lent, strict=True):
            if other and gesture.hand in (side, "both"):
                inside = _smooth((times - gesture.start) / 0.2) * _smooth(
                    (gesture.end - times) / 0.2
                )
                reach = max(float((away * inside).max(initial=0.0)), LEAST_TURN)
                weight = np.maximum(weight, _smooth(away / reach) * inside)
        there = quat_multiply(lender[arm], turns)
        carried[:, arm] = quat_slerp(rotations[:, arm], there, weight[:, None])
    return carried


def _smooth(position: Array) -> Array:
    """Smoothstep: 0 below 0, 1 above 1, level at both ends."""
    x = np.clip(position, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def exemplar_style(style: Style, exemplar: Exemplar) -> Style:
    """A style in the manner, the liveliness and the handedness of the exemplar."""
    energy = float(np.clip(style.energy * exemplar.energy, *BOUNDS["energy"]))
    hands = {hand: style.hands.get(hand, 1.0) * exemplar.hands[hand] for hand in HANDS}
    return replace(style, manner=MANNER, energy=energy, hands=hands)


# ── from a motion to clips ────────────────────────────────────────────────────────────────────


def _standing(motion: Motion) -> Array:
    """The rotations (T, J, 4) at `FPS` of somebody who stands and faces +Z."""
    from scipy.ndimage import gaussian_filter1d

    rotations = quat_continuous(resample(motion, FPS).rotations)
    hips = rotations[:, HUMANOID.index("hips")]
    return upright(rotations, gaussian_filter1d(hips, FACING * FPS, axis=0, mode="nearest"))


def _told(motion: Motion, rotations: Array, rest: Array) -> tuple[tuple[Excursion, str], ...]:
    """Gestures and their functions as the spans of the motion tell them."""
    distance = wrist_distance(rotations, rest)
    strokes = [span.start for span in motion.spans if span.kind == "stroke"]
    cut: list[tuple[Excursion, str]] = []
    for span in motion.spans:
        if span.kind != "gesture" or span.text not in FUNCTIONS:
            continue
        stroke = next((time for time in strokes if span.start < time < span.end), None)
        if stroke is None or not 0.0 <= span.start < span.end <= motion.duration:
            continue
        moved = distance[int(span.start * FPS) : int(span.end * FPS) + 1]
        times = (span.start, stroke, span.end)
        cut.append((Excursion(*times, moving_hand(moved), float(moved.max())), span.text))
    return tuple(cut)


def _clips(
    rotations: Array, rest: Array, cut: Excursion, points: int, model: GestureModel
) -> Floats:
    """A gesture and its mirror image as the posterior encoder reads them, (2, points, K).

    Bones that the gesture leaves alone are at rest; in the mirror the arms go where the other
    arm went, and the trunk turns from rest the other way.
    """
    phases = unit_phases(cut.stroke - cut.start, cut.end - cut.stroke, points)
    frame = np.clip((cut.stroke + phases) * FPS, 0, len(rotations) - 1)
    before = np.minimum(np.floor(frame).astype(int), len(rotations) - 2)
    pose = quat_slerp(rotations[before], rotations[before + 1], (frame - before)[:, None])
    mirrored = (pose * _MIRROR)[:, HUMANOID.mirror]
    turns = quat_multiply(quat_inverse(rest), pose) * _MIRROR
    mirrored[:, _RELATIVE] = quat_multiply(rest, turns[:, HUMANOID.mirror])[:, _RELATIVE]
    hands = {"left": ("left",), "right": ("right",), "both": ("left", "right")}[cut.hand]
    names = [*PARTS["torso"], *PARTS["head"], *(n for h in hands for n in PARTS[f"{h}Arm"])]
    bones = HUMANOID.indices(tuple(names))
    clips = np.broadcast_to(rest, (2, *pose.shape)).copy()
    clips[0][:, bones] = pose[:, bones]
    bones = HUMANOID.mirror[bones]
    clips[1][:, bones] = mirrored[:, bones]
    return np.stack([model.code.encode(rotations_to_vector(clip, rest)) for clip in clips])


def _part(unit: str, mirrored: bool, function: str, cut: Excursion) -> Part:
    opposite: dict[Hand, Hand] = {"left": "right", "right": "left", "both": "both"}
    return Part(
        unit=unit,
        mirrored=mirrored,
        function=function,
        hand=opposite[cut.hand] if mirrored else cut.hand,
        manner=MANNER,
        size=cut.size,
        preparation=cut.stroke - cut.start,
        retraction=cut.end - cut.stroke,
        portable=False,
    )


# ── what the manner is like ───────────────────────────────────────────────────────────────────


def _likest(rest: Array, model: GestureModel) -> str:
    """The known manner whose arms rest most alike."""
    turns = quat_multiply(quat_inverse(model.rests[:, _ARM_BONES]), rest[_ARM_BONES])
    return model.manners[int(np.argmin(quat_angle(turns).mean(axis=-1)))]


def _energy(rotations: Array, rest: Array) -> float:
    """The energy of a talk in which the wrists travel as far a second."""
    moved = np.abs(np.diff(wrist_distance(rotations, rest), axis=0)).sum(axis=1)
    still, more = _ACTIVITY
    return float(np.clip((moved.mean() * FPS - still) / more, *BOUNDS["energy"]))


def _hand_odds(hands: Sequence[Hand]) -> dict[str, float]:
    """How often each hand gestured, against all alike; one of each is taken as seen before."""
    return {hand: 3.0 * (hands.count(hand) + 1) / (len(hands) + 3) for hand in HANDS}
