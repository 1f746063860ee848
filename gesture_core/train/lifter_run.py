"""The state of a training run of the lifter: made, saved, and continued."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import torch
from torch import Generator, Tensor

from gesture_core.body.marked import MARKED
from gesture_core.checkpoint import Checkpoint, save_checkpoint
from gesture_core.config import config_to_dict
from gesture_core.errors import UserError
from gesture_core.keypoints import KEYPOINTS
from gesture_core.models.lifter import FINGERS, JOINTS, Lifter, LifterConfig
from gesture_core.pose.lift import KIND, OBSERVED, load_lifter
from gesture_core.train.lifter_data import Batch, LifterData, sample_batch
from gesture_core.train.lifter_motions import Motions, load_motions
from gesture_core.train.lifter_noise import measured_detector
from gesture_core.train.lifter_poses import PoseBank, fill_bank

STATE_KIND = "lifter-state"


@dataclass(frozen=True)
class LifterTraining:
    """Everything that decides a training run of the lifter."""

    model: Literal["lifter"] = "lifter"
    archives: Path = Path("archives")
    """Folder with smartbody, cmu, mesh2motion and sumerian unpacked (see data/README.md)."""
    motions: Path = Path("runs/lifter_motions.npz")
    """Movement on HUMANOID; read from the archives when the file is not there."""
    detector: Path | None = None
    """Measurement of the detector to train for (`train.detector_noise`); else `data.noise`."""
    initial: Path | None = None
    """Checkpoint whose weights to start from instead of random ones."""
    output: Path = Path("runs/lifter")
    """Folder for the checkpoint, the log and the curves."""
    test: tuple[str, ...] = ("connor", "cmu007")
    """Performers that are never seen, neither in training nor in choosing settings."""
    validation: tuple[str, ...] = ("perception",)
    """Performers that are never trained on and watched during training."""
    seed: int = 0
    threads: int = 2
    iterations: int = 6000
    batch: int = 64
    rate: float = 1.5e-3
    weight_decay: float = 0.01
    ema: float = 0.998
    """Decay of the averaged weights, which are the ones that are used."""
    half: bool = True
    """Whether products are reckoned in bfloat16, which halves the time on recent processors."""
    validate: int = 250
    """Iterations between two looks at the validation performer."""
    log: int = 50
    """Iterations between two rows of the log."""
    hidden: int = 256
    blocks: int = 5
    hand_hidden: int = 192
    hand_blocks: int = 4
    hand_weight: float = 2.0
    """Weight of the fingers relative to the wrist, beside 1 for all other joints."""
    speed_weight: float = 2.0
    """Weight of the joints' steps from frame to frame."""
    bone_weight: float = 0.5
    """Weight of the bones' lengths."""
    up_weight: float = 0.1
    """Weight of the upward direction."""
    data: LifterData = field(default_factory=LifterData)


@dataclass(eq=False)
class Run:
    """The state of one training run."""

    config: LifterTraining
    motions: Motions
    bank: PoseBank
    watched: tuple[Batch, ...]
    model: Lifter
    average: Lifter
    optimiser: torch.optim.Optimizer
    rng: Generator
    iteration: int = 0
    log: list[dict[str, float]] = field(default_factory=list)


def model_config(config: LifterTraining) -> LifterConfig:
    """The sizes of the network, and where its points are among the keypoints."""
    names = [KEYPOINTS[keypoint] for keypoint in OBSERVED]

    def places(*wanted: str) -> tuple[int, ...]:
        return tuple(names.index(name) for name in wanted)

    head = ("nose", "leftEye", "rightEye", "leftEar", "rightEar")
    hand = names.index("leftHandWrist")
    palm = ("Wrist", "Thumb4", "Index1", "Middle1", "Little1", "Middle4")
    return LifterConfig(
        shoulders=places("leftShoulder", "rightShoulder"),
        measure=places(*head, "leftShoulder", "rightShoulder"),
        wrists=places("leftWrist", "rightWrist"),
        hands=(MARKED.index("leftHand"), MARKED.index("rightHand")),
        elbows=places("leftElbow", "rightElbow"),
        palm=tuple(names.index(f"leftHand{point}") - hand for point in palm),
        hidden=config.hidden,
        blocks=config.blocks,
        hand_hidden=config.hand_hidden,
        hand_blocks=config.hand_blocks,
    )


def start_run(config: LifterTraining) -> Run:
    """Load the movement, draw what is watched, build and initialise the networks."""
    if config.detector is not None:
        noise = measured_detector(config.data.noise, config.detector)
        config = replace(config, data=replace(config.data, noise=noise))
    torch.manual_seed(config.seed)
    rng = torch.Generator().manual_seed(config.seed)
    motions = load_motions(config.motions)
    pool = config.data.poses.pool
    bank = fill_bank(motions.of(config.test + config.validation, others=True), pool, config.seed)
    watched_bank = fill_bank(motions.of(config.validation), pool, config.seed + 1)
    watching = torch.Generator().manual_seed(config.seed + 1)
    watched = tuple(
        sample_batch(watched_bank, config.data, config.batch, watching) for _ in range(4)
    )
    model = Lifter(model_config(config))
    samples = [sample_batch(bank, config.data, config.batch, rng).joints for _ in range(8)]
    body, hands = mean_pose(torch.cat(samples))
    model.body_mean.copy_(body)
    model.hand_mean.copy_(hands)
    if config.initial is not None:
        model.load_state_dict(load_lifter(config.initial).state_dict())
    average = copy.deepcopy(model).requires_grad_(False)
    decay = config.weight_decay
    optimiser = torch.optim.AdamW(model.parameters(), config.rate, weight_decay=decay)
    return Run(config, motions, bank, watched, model, average, optimiser, rng)


def mean_pose(joints: Tensor) -> tuple[Tensor, Tensor]:
    """Mean body (24, 3) and mean left hand (20, 3) about its wrist, of joints (B, T, 64, 3)."""
    mean = joints.mean(dim=(0, 1))
    mirror = mean.new_tensor([-1.0, 1.0, 1.0])
    left = mean[JOINTS : JOINTS + FINGERS] - mean[MARKED.index("leftHand")]
    right = mean[JOINTS + FINGERS :] - mean[MARKED.index("rightHand")]
    return mean[:JOINTS], 0.5 * (left + right * mirror)


def save_lifter(run: Run, path: Path) -> None:
    """Write all that lifting needs: the averaged weights, in half precision."""
    details = {
        "model": config_to_dict(run.average.config),
        "training": config_to_dict(run.config),
        "iterations": run.iteration,
        "data": run.motions.sha256,
    }
    tensors = {name: value.half() for name, value in run.average.state_dict().items()}
    save_checkpoint(path, KIND, tensors, details, force=True)


def save_state(run: Run, path: Path) -> None:
    """Write all that resuming needs."""
    tensors: dict[str, Tensor] = {"rng": run.rng.get_state()}
    for name, network in (("model", run.model), ("average", run.average)):
        tensors |= {f"{name}.{key}": value for key, value in network.state_dict().items()}
    for index, state in run.optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{key}": value for key, value in state.items()}
    details = {
        "training": config_to_dict(run.config),
        "iteration": run.iteration,
        "log": run.log,
        "data": run.motions.sha256,
    }
    save_checkpoint(path, STATE_KIND, tensors, details, force=True)


def load_state(run: Run, state: Checkpoint) -> None:
    """Continue from `save_state`; configuration and data must be the same, but for the length."""
    ours = json.loads(json.dumps(config_to_dict(run.config)))  # lists, as in the file
    for name, value in state.details["training"].items():
        if (
            name not in ("iterations", "threads", "output", "archives", "log")
            and ours.get(name) != value
        ):
            raise UserError(f"cannot resume: {name} was {value!r}, now it is {ours.get(name)!r}")
    if state.details["data"] != run.motions.sha256:
        raise UserError(f"cannot resume: {run.config.motions} has changed")
    run.model.load_state_dict(state.part("model"))
    run.average.load_state_dict(state.part("average"))
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in state.part("optimiser").items():
        index, _, key = name.partition(".")
        moments.setdefault(int(index), {})[key] = value
    run.optimiser.load_state_dict({**run.optimiser.state_dict(), "state": moments})
    run.rng.set_state(state.tensors["rng"])
    run.iteration = state.details["iteration"]
    run.log = state.details["log"]
