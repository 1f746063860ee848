"""Sign models judged on sentences that were held out, running freely, beside rows that know less.

Rows: each model; `shuffled text`, the first model told another sentence; `copy`, the training
sentence that has most signs in common; `mean pose`, the mean frame for as long as the truth;
`ground truth`, which shows what a perfect model would get. The formulas are those of
`metrics.dtw`; DTW is measured on frames as shares of their ranges in training.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path, check_writable
from gesture_core.errors import UserError
from gesture_core.evaluate.finished import figures_text
from gesture_core.formats.skels import HEIGHT, SKELS_KEYPOINTS, WIDTH
from gesture_core.metrics.dtw import align_in_time, joint_distances, length_ratio, pck
from gesture_core.metrics.interval import mean_interval
from gesture_core.progress import Progress, silent
from gesture_core.signing.keypoint_frames import Ranges
from gesture_core.signing.learned import LearnedSigner, Representation, load_signer
from gesture_core.signing.motion_frames import frames_to_motion
from gesture_core.skeleton import HUMANOID, forward_kinematics
from gesture_core.train.sign import held_out_sequences
from gesture_core.train.sign_corpus import SignCorpus, SignSequence, read_corpus

Array = NDArray[np.float64]
Figures = dict[str, Any]

FORMULAS = {
    "dtw": "D(n, m) / m, D the least sum over a path of the L1 distance of frames as shares of "
    "their ranges, n made, m true frames",
    "dtw_by_length": "D(n, m) / (steps of the path · values of a frame)",
    "dtw_mje": "mean over that path of the mean distance of the joints, in shoulder widths",
    "pck": "share of the joints of that path within 0.2 shoulder widths",
    "pck_hands": "the same of the joints of the hands alone",
    "length_ratio": "frames made / true frames",
}
_BATCH = 64


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What all rows are measured by: the held-out sentences, and what their numbers mean."""

    true: tuple[SignSequence, ...]
    ranges: Ranges
    representation: Representation
    fps: float
    width: float
    """A shoulder width in the unit of the joints: pixels or metres."""


def evaluate_signs(
    checkpoints: Mapping[str, Path],
    data: Path,
    *,
    output: Path | None = None,
    force: bool = False,
    seed: int = 0,
    progress: Progress = silent,
) -> str:
    """Judge sign models, by row name, on the held-out sentences of `data`; return a JSON report.

    All must have been trained on this corpus with the same sentences held out. Writes the report
    to `output`. Raises `UserError` when a file is wrong, or a model has seen what is for judging.
    """
    if output is not None:
        check_writable(output, force=force)
    signers = {name: load_signer(path) for name, path in checkpoints.items()}
    first = next(iter(signers.values()))
    corpus = read_corpus(data, first.fps, first.representation, progress)
    for name, signer in signers.items():
        check_unseen(name, signer, first, corpus)
    yard = make_yardstick(first, corpus)
    rows: dict[str, Figures] = {}
    made = {name: freely(signer, yard.true) for name, signer in signers.items()}
    made |= baselines(first, corpus, yard, seed)
    for number, (name, frames) in enumerate(made.items()):
        progress(number / len(made), name)
        rows[name] = measure(frames, yard)
    report = {
        "sentences": len(yard.true),
        "fps": yard.fps,
        "representation": yard.representation,
        "decoding": "free running: own start, own counter, own end",
        "formulas": FORMULAS,
        "models": {name: signer.card() for name, signer in signers.items()},
        "rows": rows,
        "dtw_below": {
            name: {
                row: 1.0 - rows[name]["dtw"]["value"] / rows[row]["dtw"]["value"]
                for row in ("mean pose", "shuffled text", "copy")
            }
            for name in signers
        },
    }
    text = figures_text(report)
    if output is not None:
        with atomic_path(output, force=force) as temporary:
            temporary.write_text(text + "\n", "utf-8")
    return text


def check_unseen(
    name: str, signer: LearnedSigner, first: LearnedSigner, corpus: SignCorpus
) -> None:
    """Refuse a model that was trained on other data or on what is for judging."""
    details = signer.details
    if details["data"]["sha256"] != corpus.sha256:
        raise UserError(f"{name} was not trained on this corpus: what it has seen is not known")
    if set(details["held_out"]) != set(first.details["held_out"]):
        raise UserError(f"{name} had other sentences held out than the first model")
    if (signer.representation, signer.fps) != (first.representation, first.fps):
        raise UserError(f"{name} makes other frames than the first model")


def make_yardstick(signer: LearnedSigner, corpus: SignCorpus) -> Yardstick:
    """The yardstick of a corpus's sentences that a model has not seen."""
    true = held_out_sequences(corpus, signer.details["held_out"])
    frames = np.concatenate([one.frames for one in true])
    joints = joints_of(frames, signer.representation, signer.fps)
    right, left = (joints[:, column] for column in shoulders(signer.representation))
    width = float(np.median(np.linalg.norm(left - right, axis=-1)))
    return Yardstick(true, signer.ranges, signer.representation, signer.fps, width)


def freely(signer: LearnedSigner, sequences: Sequence[SignSequence]) -> list[Array]:
    """Frames (T, K) that a model makes of what it is told of sentences."""
    made: list[Array] = []
    for start in range(0, len(sequences), _BATCH):
        some = sequences[start : start + _BATCH]
        tokens = [one.tokens(signer.told) for one in some]
        signed = signer.sign(tokens, [one.signer for one in some])
        made += [each.frames for each in signed]
    return made


def baselines(
    signer: LearnedSigner, corpus: SignCorpus, yard: Yardstick, seed: int
) -> dict[str, list[Array]]:
    """The rows that know less than a model, or more."""
    rng = np.random.default_rng(seed)
    held = set(signer.details["held_out"])
    known = [one for one in corpus.sequences if one.name not in held]
    mean = np.concatenate([one.frames for one in known]).mean(axis=0)
    return {
        "shuffled text": freely(signer, others(yard.true, rng)),
        "copy": [nearest(one, known).frames for one in yard.true],
        "mean pose": [np.tile(mean, (len(one.frames), 1)) for one in yard.true],
        "ground truth": [one.frames for one in yard.true],
    }


def others(sequences: Sequence[SignSequence], rng: np.random.Generator) -> list[SignSequence]:
    """For every sentence another one, with other glosses."""
    found: list[SignSequence] = []
    for one in sequences:
        different = [other for other in sequences if other.glosses != one.glosses]
        if not different:
            raise UserError("the held-out sentences all have the same glosses: none to shuffle")
        found.append(different[int(rng.integers(len(different)))])
    return found


def nearest(wanted: SignSequence, known: Sequence[SignSequence]) -> SignSequence:
    """The sentence with most glosses in common, by the Dice coefficient of their counts."""
    signs = Counter(wanted.glosses)

    def likeness(one: SignSequence) -> float:
        common = (signs & Counter(one.glosses)).total()
        return 2.0 * common / (len(wanted.glosses) + len(one.glosses))

    return max(known, key=likeness)


def measure(made: Sequence[Array], yard: Yardstick) -> Figures:
    """The figures of a row, each with its 95 % interval over the sentences."""
    values: dict[str, list[float]] = {name: [] for name in FORMULAS}
    hands = hand_joints(yard.representation)
    for frames, one in zip(made, yard.true, strict=True):
        path = align_in_time(yard.ranges.normalise(frames), yard.ranges.normalise(one.frames))
        joints, true = (
            joints_of(each, yard.representation, yard.fps) for each in (frames, one.frames)
        )
        values["dtw"].append(path.cost / len(one.frames))
        values["dtw_by_length"].append(path.cost / (len(path.path) * frames.shape[1]))
        values["dtw_mje"].append(float(joint_distances(joints, true, path).mean()) / yard.width)
        values["pck"].append(pck(joints, true, yard.width, path))
        values["pck_hands"].append(pck(joints[:, hands], true[:, hands], yard.width, path))
        values["length_ratio"].append(length_ratio(frames, one.frames))
    rng = np.random.default_rng(0)
    return {name: asdict(mean_interval(found, rng)) for name, found in values.items()}


def joints_of(frames: Array, representation: Representation, fps: float) -> Array:
    """Joints of frames (T, K): (T, 127, 2) pixels, or (T, 55, 3) metres."""
    if representation == "keypoints":
        return frames.reshape(len(frames), -1, 2) * (WIDTH, HEIGHT)
    motion = frames_to_motion(frames, fps)
    return forward_kinematics(HUMANOID, motion.rotations, motion.root)[0]


def hand_joints(representation: Representation) -> list[int]:
    """Columns of the hands' points among `joints_of`, wrists left out."""
    if representation == "keypoints":
        return [i for i, name in enumerate(SKELS_KEYPOINTS) if name[:-1].endswith(_FINGERS)]
    return [i for i, name in enumerate(HUMANOID.names) if any(f in name for f in _FINGERS)]


_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")


def shoulders(representation: Representation) -> tuple[int, int]:
    """Columns of the right and the left shoulder among `joints_of`."""
    if representation == "keypoints":
        return SKELS_KEYPOINTS.index("rightShoulder"), SKELS_KEYPOINTS.index("leftShoulder")
    return HUMANOID.index("rightUpperArm"), HUMANOID.index("leftUpperArm")


def show(report: str) -> str:
    """A report as a table, for reading."""
    rows = json.loads(report)["rows"]
    names = ("dtw", "dtw_by_length", "dtw_mje", "pck", "pck_hands", "length_ratio")
    lines = [f"{'':16}" + "".join(f"{name:>14}" for name in names)]
    for row, figures in rows.items():
        lines.append(f"{row:16}" + "".join(f"{figures[name]['value']:14.3f}" for name in names))
    return "\n".join(lines)
