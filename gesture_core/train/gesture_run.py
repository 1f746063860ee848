"""The state of a training run of a gesture generator: made, saved, and continued."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gesture_core.checkpoint import Checkpoint, save_checkpoint
from gesture_core.config import config_to_dict
from gesture_core.dataset.compose import Repertoire
from gesture_core.dataset.unit_splits import TEST_SHARE, UNKNOWN_PERFORMERS, split_units
from gesture_core.dataset.units import UnitLibrary, load_units
from gesture_core.errors import UserError
from gesture_core.gestures.encode import MotionCode, fit_motion_code, rotations_to_vector
from gesture_core.gestures.features import PLAN, TIMING, Projection, fit_projection
from gesture_core.text.embedding import DEFAULT_ENCODER, find_encoder
from gesture_core.train.gesture_data import compose_many, unit_clips
from gesture_core.train.recipe import Recipe, Sizes
from gesture_core.train.recipe_adversarial import AdversarialRecipe, AdversarialTraining
from gesture_core.train.recipe_flow import FlowRecipe, FlowTraining
from gesture_core.train.recipe_seq2seq import Seq2SeqRecipe, Seq2SeqTraining
from gesture_core.train.recipe_trimodal import TrimodalRecipe, TrimodalTraining
from gesture_core.train.sentences import Sentences, load_sentences

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

KIND = "gesture"
STATE_KIND = "gesture-state"
_FREE = ("iterations", "threads", "output", "device", "compile")
"""Settings that may change when a run goes on."""


@dataclass(frozen=True)
class GestureTraining:
    """Everything that decides a training run of a gesture generator."""

    model: Literal["gesture"] = "gesture"
    recipe: Literal["adversarial", "seq2seq", "trimodal", "flow"] = "adversarial"
    """The kind of generator; the settings of each are in the group of its name."""
    archives: Path = Path("archives")
    """Folder with the unpacked archives smartbody, mesh2motion and text_ko (see data/README.md)."""
    units: Path = Path("runs/units.lmdb")
    """Gesture units; cut from the archives when the file is not there."""
    sentences: Path = Path("runs/sentences.npz")
    """Analysed sentences; made from the archives when the file is not there."""
    encoder: str = DEFAULT_ENCODER
    """Sentence encoder, one of `text.embedding.ENCODERS`; `sentences` must be made with it."""
    texts: int = 24000
    """How many sentences to analyse."""
    test_share: float = TEST_SHARE
    """Share of the clips of every gesture function that is never trained on."""
    unknown: tuple[str, ...] = UNKNOWN_PERFORMERS
    """Performers that are never trained on."""
    held_out: int = 400
    """Sentences never trained on, the first of the file."""
    output: Path = Path("runs/gesture")
    """Folder for the checkpoint, the log, the curves and the contact sheets."""
    seed: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int = 1
    """CPU threads; more than the free cores slows training down."""
    bf16: bool = True
    """Compute in bfloat16 where it is safe; 1.4 times faster on a CPU that knows it."""
    compile: bool = False
    """Compile the generator; pays on a GPU."""
    iterations: int = 4000
    batch: int = 48
    window: int = 48
    """Frames of a training window, a multiple of 8."""
    given: int = 4
    """Seed poses: first frames that most windows are told."""
    minutes: float = 6.0
    """Minutes of motion composed anew for every epoch."""
    epoch: int = 150
    """Iterations between two compositions."""
    balance: float = 0.5
    """Share of sentences drawn for their cues, so that rare gestures are learned too."""
    mixing: float = 0.75
    """Share of the units that are mixed with another one, anew for every epoch."""
    components: int = 96
    """Principal components of the motion code."""
    word_components: int = 32
    sentence_components: int = 16
    clip: float = 2.0
    """Largest norm of the gradients of one step."""
    ema: float = 0.995
    """Decay of the averaged generator, which is the one that is used; 0: no averaging."""
    sheet: int = 1
    """Epochs between two contact sheets; 0: none."""
    adversarial: AdversarialTraining = field(default_factory=AdversarialTraining)
    seq2seq: Seq2SeqTraining = field(default_factory=Seq2SeqTraining)
    trimodal: TrimodalTraining = field(default_factory=TrimodalTraining)
    flow: FlowTraining = field(default_factory=FlowTraining)

    def __post_init__(self) -> None:
        if self.window % 2 or self.window < 16:
            raise UserError(f"window must be an even number of at least 16, not {self.window}")
        find_encoder(self.encoder)
        if not 0 <= self.given < self.window:
            raise UserError(f"given must lie within the window, not be {self.given}")


def build_recipe(config: GestureTraining, sizes: Sizes) -> Recipe:
    """The recipe that the configuration names, with new networks."""
    match config.recipe:
        case "adversarial":
            return AdversarialRecipe(config.adversarial, sizes)
        case "seq2seq":
            return Seq2SeqRecipe(config.seq2seq, sizes)
        case "trimodal":
            return TrimodalRecipe(config.trimodal, sizes)
        case "flow":
            return FlowRecipe(config.flow, sizes)


@dataclass(frozen=True, eq=False)
class Material:
    """What a run learns from: sentences, units, and how both become numbers."""

    sentences: Sentences
    library: UnitLibrary
    repertoire: Repertoire
    code: MotionCode
    words: Projection
    embeddings: Projection

    @property
    def sizes(self) -> Sizes:
        """Lengths of what the networks read and write."""
        said = self.words.basis.shape[1] + self.embeddings.basis.shape[1]
        text = said + self.sentences.cues.shape[1] + TIMING
        return Sizes(self.code.size, text, PLAN, len(self.repertoire.manners))


@dataclass(eq=False)
class Run:
    """The state of one training run."""

    config: GestureTraining
    material: Material
    recipe: Recipe
    average: nn.Module
    device: torch.device
    iteration: int = 0
    log: list[dict[str, float]] = field(default_factory=list)


def start_run(config: GestureTraining) -> Run:
    """Load the data, fit the code and the projections on a first composition, build networks."""
    import torch

    torch.manual_seed(config.seed)
    material = load_material(config)
    recipe = build_recipe(config, material.sizes)
    device = _device(config.device)
    for network in recipe.networks.values():
        network.to(device)
    for optimiser in recipe.optimisers.values():
        for group in optimiser.param_groups:
            group["rate"] = group["lr"]  # what the schedule scales
    average = copy.deepcopy(recipe.networks["generator"]).requires_grad_(False)
    return Run(config, material, recipe, average, device)


def _device(name: str) -> torch.device:
    import os

    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("device is cuda, but torch finds no GPU here; choose device=cpu")
    return torch.device(name, int(os.environ.get("LOCAL_RANK", "0")) if name == "cuda" else 0)


def load_material(config: GestureTraining) -> Material:
    """Read units and sentences, keep aside what is for judging, and fit the codes to the rest."""
    sentences = load_sentences(config.sentences)
    if len(sentences) <= config.held_out:
        raise UserError(f"{config.sentences} holds only {len(sentences)} sentences")
    if sentences.encoder != config.encoder:
        raise UserError(
            f"{config.sentences} was made with the encoder {sentences.encoder}, not "
            f"{config.encoder}; name another file: sentences=…"
        )
    library = split_units(load_units(config.units), config.test_share, config.unknown).train
    repertoire = Repertoire(library)
    rng = np.random.default_rng(config.seed)
    numbers = range(config.held_out, len(sentences))
    minutes = min(config.minutes, 10.0)
    compositions = compose_many(sentences, numbers, repertoire, minutes, rng, config.balance)
    vectors = np.concatenate(
        [rotations_to_vector(c.rotations, repertoire.rests[c.manner]) for c in compositions]
    )
    first = sentences.offsets[config.held_out]
    words = sentences.vectors[first : first + 20_000].astype(np.float32)
    embeddings = sentences.sentence_vectors[config.held_out :][:4000].astype(np.float32)
    return Material(
        sentences=sentences,
        library=library,
        repertoire=repertoire,
        code=fit_motion_code(vectors, config.components),
        words=fit_projection(words, config.word_components),
        embeddings=fit_projection(embeddings, config.sentence_components),
    )


def generator_tensors(run: Run) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """All that generating needs: averaged weights, codes, rest poses, unit latents; and details."""
    import torch

    from gesture_core.models.gesture_models import model_to_details

    material = run.material
    average: Any = run.average.eval()
    tensors = {f"generator.{name}": value for name, value in average.state_dict().items()}
    arrays = {
        "code.mean": material.code.mean,
        "code.basis": material.code.basis,
        "code.scale": material.code.scale,
        "words.mean": material.words.mean,
        "words.basis": material.words.basis,
        "sentences.mean": material.embeddings.mean,
        "sentences.basis": material.embeddings.basis,
        "rests": np.stack([material.repertoire.rests[m] for m in material.repertoire.manners]),
    }
    tensors |= {name: torch.from_numpy(np.float32(array)) for name, array in arrays.items()}
    parts = material.repertoire.parts
    if average.unit is None:
        empty = torch.zeros(len(parts), 0)
        tensors |= {"units.mean": empty, "units.log_variance": empty.clone()}
    else:
        clips = unit_clips(material.repertoire, material.code, average.config.unit_points)
        with torch.no_grad():
            means, spreads = average.unit(torch.from_numpy(clips).to(run.device))
        tensors |= {"units.mean": means, "units.log_variance": spreads}
    details = {
        "model": model_to_details(average),
        "training": config_to_dict(run.config),
        "iterations": run.iteration,
        "manners": material.repertoire.manners,
        "parts": [dataclasses.asdict(part) for part in parts],
        "data": {"units": material.library.sha256, "sentences": len(material.sentences)},
    }
    return {name: tensor.detach().cpu() for name, tensor in tensors.items()}, details


def save_generator(run: Run, path: Path) -> None:
    """Write the checkpoint that generates."""
    tensors, details = generator_tensors(run)
    save_checkpoint(path, KIND, tensors, details, force=True)


def save_state(run: Run, path: Path) -> None:
    """Write all that resuming needs."""
    import torch

    tensors: dict[str, Tensor] = {}
    for name, network in {**run.recipe.networks, "average": run.average}.items():
        tensors |= {f"{name}.{key}": value for key, value in network.state_dict().items()}
    for name, optimiser in run.recipe.optimisers.items():
        for index, state in optimiser.state_dict()["state"].items():
            tensors |= {
                f"optimiser-{name}.{index}.{key}": torch.as_tensor(value)
                for key, value in state.items()
            }
    details = {
        "training": config_to_dict(run.config),
        "iteration": run.iteration,
        "log": run.log,
    }
    whole = {name: tensor.detach().cpu() for name, tensor in tensors.items()}
    save_checkpoint(path, STATE_KIND, whole, details, force=True)


def load_state(run: Run, state: Checkpoint) -> None:
    """Continue from `save_state`; the configuration must be the same, but for its length."""
    _check_same(config_to_dict(run.config), state.details["training"])
    for name, network in {**run.recipe.networks, "average": run.average}.items():
        network.load_state_dict(state.part(name))
    for name, optimiser in run.recipe.optimisers.items():
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in state.part(f"optimiser-{name}").items():
            index, _, moment = key.partition(".")
            moments.setdefault(int(index), {})[moment] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": moments})
    run.iteration = state.details["iteration"]
    run.log = state.details["log"]


def _check_same(ours: Mapping[str, Any], theirs: Mapping[str, Any], place: str = "") -> None:
    for name, value in theirs.items():
        if name in _FREE and not place:
            continue
        if isinstance(value, Mapping):
            _check_same(ours.get(name, {}), value, f"{place}{name}.")
        elif _listed(ours.get(name)) != _listed(value):
            raise UserError(
                f"cannot resume: {place}{name} was {value!r}, now it is {ours.get(name)!r}"
            )


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
