"""Judging a trained lifter on performers that it never saw.

Every clip of a held-out performer is put on bodies of random proportions, filmed by random
cameras, and marked by the configured poor detector; `pose.lift.lift` then sees the keypoints only.
Beside it stand the mean pose of the training data and the noise floor: the error when the detector
is exact and complete, which is what depth leaves open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.body.marked import MARKED, finger_points
from gesture_core.checkpoint import load_checkpoint
from gesture_core.config import config_from_dict
from gesture_core.errors import UserError
from gesture_core.keypoints import KEYPOINTS, Keypoints
from gesture_core.metrics.pose_error import aligned_errors, rooted_errors
from gesture_core.pose.lift import FPS, GROUPS, KIND, LIFTED, OBSERVED, lift, load_lifter
from gesture_core.skeleton import SIDES
from gesture_core.train.lifter_camera import HEIGHT, sample_cameras
from gesture_core.train.lifter_data import LifterData, random_proportions, see
from gesture_core.train.lifter_motions import Motions, load_motions
from gesture_core.train.lifter_noise import Detector
from gesture_core.train.lifter_poses import (
    facing_forward,
    global_rotations,
    marked_rotations,
    rotate,
    turned,
)

Array = NDArray[np.float64]

LEVELS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
"""Amounts of noise that the curve shows; 1 is the standard one."""
LOSSES = (0.0, 0.5, 1.0, 2.0, 3.0)
"""Amounts of dropout that the curve shows; 1 is the standard one."""
_PLACES = MARKED.indices(LIFTED)
_SHOULDERS = [LIFTED.index(name) for name in ("leftUpperArm", "rightUpperArm")]


def _columns(names: Sequence[str]) -> list[int]:
    return [LIFTED.index(name) for name in names]


_ARMS = [f"{side}{bone}" for side in SIDES for bone in ("Shoulder", "UpperArm", "LowerArm")]
_WRISTS = [f"{side}Hand" for side in SIDES]
_FINGERS = [name for side in SIDES for name in finger_points(side)]
JOINT_GROUPS: dict[str, list[int]] = {
    "all": list(range(len(LIFTED))),
    "head and torso": _columns(
        [name for name in LIFTED if name not in {*_ARMS, *_WRISTS, *_FINGERS}]
    ),
    "shoulders and elbows": _columns(_ARMS),
    "wrists": _columns(_WRISTS),
    "fingers": _columns(_FINGERS),
}


@dataclass(frozen=True, eq=False)
class Filmed:
    """One filmed clip: `keypoints`, and `truth` (T, 61, 3) in the upright frame, metres."""

    keypoints: Keypoints
    truth: Array


def film_clips(
    motions: Motions, data: LifterData, level: float, *, takes: int = 2, seed: int = 5
) -> list[Filmed]:
    """Film every stretch; the same seed gives the same bodies and cameras at any noise."""
    filmed: list[Filmed] = []
    for number, stretch in enumerate(motions.stretches()):
        for take in range(takes):
            rng = torch.Generator().manual_seed(seed + 1000 * number + take)
            filmed.append(_film(marked_rotations(stretch), data, level, rng))
    return filmed


def _film(rotations: torch.Tensor, data: LifterData, level: float, rng: torch.Generator) -> Filmed:
    yaw = torch.deg2rad(torch.randn(1, generator=rng) * data.camera.yaw / 2.0)
    yaw = yaw.clamp(-torch.pi / 3.0, torch.pi / 3.0)
    poses = turned(facing_forward(rotations[None]), torch.stack([0 * yaw, yaw, 0 * yaw], dim=-1))
    cameras = sample_cameras(data.camera, 1, rng)
    offsets = random_proportions(data.proportions, 1, rng)
    seen = see(global_rotations(poses), offsets, cameras, data.noise, torch.tensor([level]), rng)
    back = cameras.sight * torch.tensor([1.0, -1.0, -1.0, -1.0])
    truth = rotate(back[:, None, None], seen.joints)[0]
    points = np.zeros((len(truth), len(KEYPOINTS), 2))
    confidence = np.zeros((len(truth), len(KEYPOINTS)))
    points[:, OBSERVED], confidence[:, OBSERVED] = seen.points[0], seen.confidence[0]
    people = np.ones(len(truth), dtype=np.int64)
    size = (round(float(cameras.width)), round(HEIGHT))
    keypoints = Keypoints(points, confidence, people, FPS, *size)
    return Filmed(keypoints, truth.double().numpy()[:, _PLACES])


def errors(found: Array, truth: Array, hands: NDArray[np.bool_]) -> dict[str, Array]:
    """Millimetres by measure, one number a frame (hands: one a seen hand and frame).

    MPJPE with the shoulders' middle in one place; PA-MPJPE after moving, turning and scaling every
    frame, all 61 points as one; the body also without fingers; the fingers also relative to their
    wrist, and each hand aligned by itself. `hands` (T, 2): whether the detector saw the left and
    right hand.
    """
    rows: dict[str, Array] = {}
    body = sorted({*JOINT_GROUPS["all"]} - {*JOINT_GROUPS["fingers"]})
    plain = rooted_errors(found, truth, _SHOULDERS)
    aligned = aligned_errors(found, truth)
    for group, columns in JOINT_GROUPS.items():
        rows[f"MPJPE, {group}"] = 1000.0 * plain[:, columns].mean(axis=1)
        rows[f"PA-MPJPE, {group}"] = 1000.0 * aligned[:, columns].mean(axis=1)
    rows["PA-MPJPE, body alone"] = 1000.0 * aligned_errors(found[:, body], truth[:, body]).mean(1)
    both = hands.all(axis=1)
    rows["MPJPE, all, both hands seen"] = rows["MPJPE, all"][both]
    rows["PA-MPJPE, all, both hands seen"] = rows["PA-MPJPE, all"][both]
    about: list[Array] = []
    alone: list[Array] = []
    for number, side in enumerate(SIDES):
        columns = _columns([f"{side}Hand", *finger_points(side)])
        ours, real = found[hands[:, number]][:, columns], truth[hands[:, number]][:, columns]
        if len(ours):
            about.append(rooted_errors(ours, real, (0,))[:, 1:].mean(axis=1))
            alone.append(aligned_errors(ours, real).mean(axis=1))
    empty = [np.zeros(0)]
    rows["fingers from their wrist, hand seen"] = 1000.0 * np.concatenate(about or empty)
    rows["PA of each hand alone, hand seen"] = 1000.0 * np.concatenate(alone or empty)
    return rows


def judge(filmed: Sequence[Filmed], method: Callable[[Keypoints], Array]) -> dict[str, float]:
    """Mean errors over all frames of a method that gives joints (T, 61, 3) for keypoints."""
    rows: dict[str, list[Array]] = {}
    for clip in filmed:
        hands = np.stack(
            [
                (clip.keypoints.confidence[:, OBSERVED][:, group] > 0).any(axis=1)
                for group in GROUPS[1:]
            ],
            axis=1,
        )
        for name, row in errors(method(clip.keypoints), clip.truth, hands).items():
            rows.setdefault(name, []).append(row)
    every = {name: np.concatenate(row) for name, row in rows.items()}
    return {name: round(float(row.mean()), 2) for name, row in every.items() if len(row)}


def with_dropout(noise: Detector, amount: float) -> Detector:
    """The same detector losing points `amount` times as often."""
    names = ("hand_gap", "hand_absent", "blur", "point_absent", "person_gap", "swap", "outliers")
    changed = {name: min(0.9, getattr(noise, name) * amount) for name in names}
    return replace(noise, **changed)


def evaluate_files(
    checkpoint: Path, motions: Path, output: Path, *, curves: Path | None = None, takes: int = 2
) -> dict[str, Any]:
    """Judge a checkpoint on its own test performers; write the figures as JSON, return them."""
    header = load_checkpoint(checkpoint, KIND)
    training = header.details["training"]
    names = training["test"]
    data = config_from_dict(LifterData, training["data"], str(checkpoint))
    whole = load_motions(motions)
    if whole.sha256 != header.details["data"]:
        raise UserError(f"{checkpoint} was trained on other motions than those in {motions}")
    figures: dict[str, Any] = {
        "checkpoint": header.sha256,
        "motions": whole.sha256,
        "test performers": list(names),
        "unit": "mm",
        "validation performers": list(training["validation"]),
    }
    for name in names:
        figures[name] = evaluate(checkpoint, whole.of((name,)), data, takes)
    if curves is not None:
        plot_curves(figures, names, curves)
    with atomic_path(output, force=True) as temporary:
        temporary.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return figures


def evaluate(checkpoint: Path, motions: Motions, data: LifterData, takes: int) -> dict[str, Any]:
    """All figures of one performer."""
    model = load_lifter(checkpoint)
    mean = mean_joints(model)

    def ours(keypoints: Keypoints) -> Array:
        return lift(keypoints, weights=checkpoint).positions

    def resting(keypoints: Keypoints) -> Array:
        return np.tile(mean, (keypoints.frames, 1, 1))

    complete = replace(data, noise=with_dropout(data.noise, 0.0))
    standard = film_clips(motions, data, 1.0, takes=takes)
    figures: dict[str, Any] = {
        "clips": len(motions.starts),
        "frames": sum(clip.keypoints.frames for clip in standard),
        "lifter": judge(standard, ours),
        "mean pose": judge(standard, resting),
        "noise floor": judge(film_clips(motions, complete, 0.0, takes=takes), ours),
    }
    by_level = {
        str(level): judge(film_clips(motions, complete, level, takes=1), ours) for level in LEVELS
    }
    by_loss = {}
    for amount in LOSSES:
        lossy = replace(data, noise=with_dropout(data.noise, amount))
        filmed = film_clips(motions, lossy, 1.0, takes=1)
        by_loss[str(amount)] = judge(filmed, ours) | {"hands seen": _hands_seen(filmed)}
    return figures | {"by noise, nothing lost": by_level, "by dropout": by_loss}


def _hands_seen(filmed: Sequence[Filmed]) -> float:
    hands = slice(GROUPS[1].start, GROUPS[2].stop)
    seen = [clip.keypoints.confidence[:, OBSERVED][:, hands] > 0 for clip in filmed]
    return round(float(np.mean(np.concatenate(seen))), 3)


def mean_joints(model: Any) -> Array:
    """The mean pose (61, 3) of the training data, from the network's buffers."""
    body, hand = model.body_mean.double().numpy(), model.hand_mean.double().numpy()
    wrists = [MARKED.index(f"{side}Hand") for side in SIDES]
    mirror = np.array([-1.0, 1.0, 1.0])
    hands = [hand + body[wrists[0]], hand * mirror + body[wrists[1]]]
    return np.concatenate([body, *hands])[_PLACES]


def plot_curves(figures: dict[str, Any], performers: Sequence[str], path: Path) -> None:
    """Draw the errors over the amounts of noise and dropout."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("curves need matplotlib: pip install 'momjit[train]'") from error
    measures = ("PA-MPJPE, all", "MPJPE, all", "fingers from their wrist, hand seen")
    figure = Figure(figsize=(10, 4), layout="constrained")
    for column, key in enumerate(("by noise, nothing lost", "by dropout"), 1):
        axes = figure.add_subplot(1, 2, column)
        for performer in performers:
            for measure in measures:
                rows = figures[performer][key]
                axes.plot(
                    [float(amount) for amount in rows],
                    [row[measure] for row in rows.values()],
                    marker="o",
                    label=f"{performer}: {measure}",
                )
        axes.set_xlabel(key.replace("by", "amount of"))
        axes.set_ylabel("mm")
        axes.set_ylim(bottom=0.0)
    figure.axes[0].legend(fontsize=7)
    figure.savefig(path)
