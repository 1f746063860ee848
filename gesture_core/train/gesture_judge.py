"""Training the judges of gestures on composed real motion; they are frozen before any use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import load_checkpoint, save_checkpoint
from gesture_core.config import config_to_dict
from gesture_core.dataset.compose import FPS, Composition, Repertoire
from gesture_core.dataset.units import load_units
from gesture_core.gestures.encode import SIZE, rotations_to_vector
from gesture_core.plan import FUNCTIONS, Plan
from gesture_core.train.gesture_data import compose_many
from gesture_core.train.sentences import load_sentences

if TYPE_CHECKING:
    from gesture_core.models.gesture_judge import FunctionClassifier, MotionAutoencoder

Floats = NDArray[np.float32]
KIND = "gesture-judge"


@dataclass(frozen=True)
class JudgeTraining:
    """Everything that decides a training run of the judges."""

    units: Path = Path("units.lmdb")
    sentences: Path = Path("sentences.npz")
    output: Path = Path("runs/gesture/judge.safetensors")
    seed: int = 1
    minutes: float = 30.0
    """Minutes of composed motion to learn from."""
    held_out: int = 400
    """Sentences left out, the first of the file."""
    iterations: int = 1500
    batch: int = 48
    rate: float = 1e-3


@dataclass(frozen=True, eq=False)
class GestureJudge:
    """The frozen judges, and the hash of their file, without which their figures mean nothing."""

    autoencoder: MotionAutoencoder
    classifier: FunctionClassifier
    sha256: str

    def latents(self, vectors: Sequence[Floats]) -> NDArray[np.float64]:
        """Latents (N, LATENT) of all windows of motions (T, D) that do not overlap."""
        import torch

        with torch.no_grad():
            windows = torch.from_numpy(np.concatenate([_windows(v) for v in vectors]))
            return self.autoencoder.encode(windows).double().numpy()

    def functions(self, vectors: Floats, plan: Plan) -> tuple[list[int], list[int]]:
        """Planned and recognised function of every stroke with enough motion around it."""
        import torch

        clips, labels = _strokes(vectors, plan)
        if not labels:
            return [], []
        with torch.no_grad():
            found = self.classifier(torch.from_numpy(np.stack(clips))).argmax(dim=1)
        return labels, [int(index) for index in found]


def train_judge(config: JudgeTraining) -> Path:
    """Train autoencoder and classifier; write one checkpoint and return its path."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    from gesture_core.models.gesture_judge import FunctionClassifier, MotionAutoencoder

    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    sentences = load_sentences(config.sentences)
    repertoire = Repertoire(load_units(config.units))
    numbers = range(config.held_out, len(sentences))
    compositions = compose_many(sentences, numbers, repertoire, config.minutes, rng, 0.5)
    vectors = [vectors_of(composition, repertoire) for composition in compositions]

    autoencoder, classifier = MotionAutoencoder(SIZE), FunctionClassifier(SIZE)
    windows = torch.from_numpy(np.concatenate([_windows(v, stride=8) for v in vectors]))
    optimiser = torch.optim.Adam(autoencoder.parameters(), config.rate)
    for _ in range(config.iterations):
        batch = windows[torch.randint(len(windows), (config.batch,))]
        loss = F.mse_loss(autoencoder(batch), batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    strokes = [_strokes(v, c.plan) for v, c in zip(vectors, compositions, strict=True)]
    clips = torch.from_numpy(np.stack([clip for found, _ in strokes for clip in found]))
    labels = torch.tensor([label for _, found in strokes for label in found])
    counts = torch.bincount(labels, minlength=len(FUNCTIONS)).clamp(min=1)
    optimiser = torch.optim.Adam(classifier.parameters(), config.rate)
    for _ in range(config.iterations):
        chosen = torch.randint(len(clips), (config.batch,))
        verdict = classifier(clips[chosen])
        loss = F.cross_entropy(verdict, labels[chosen], weight=counts.float() ** -0.5)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    tensors = {f"autoencoder.{name}": v for name, v in autoencoder.state_dict().items()}
    tensors |= {f"classifier.{name}": v for name, v in classifier.state_dict().items()}
    training = config_to_dict(config)
    details = {"training": training, "units": repertoire.library.sha256, "fps": FPS}
    save_checkpoint(config.output, KIND, tensors, details, force=True)
    return config.output


def load_judge(path: Path) -> GestureJudge:
    """Load what `train_judge` wrote."""
    from gesture_core.models.gesture_judge import FunctionClassifier, MotionAutoencoder

    checkpoint = load_checkpoint(path, KIND)
    autoencoder, classifier = MotionAutoencoder(SIZE), FunctionClassifier(SIZE)
    autoencoder.load_state_dict(checkpoint.part("autoencoder"))
    classifier.load_state_dict(checkpoint.part("classifier"))
    return GestureJudge(autoencoder.eval(), classifier.eval(), checkpoint.sha256)


def vectors_of(composition: Composition, repertoire: Repertoire) -> Floats:
    """Pose vectors (T, SIZE) of a composed sequence."""
    rest = repertoire.rests[composition.manner]
    return rotations_to_vector(composition.rotations, rest).astype(np.float32)


def _windows(vectors: Floats, stride: int | None = None) -> Floats:
    from gesture_core.models.gesture_judge import WINDOW

    starts = range(0, len(vectors) - WINDOW + 1, stride or WINDOW)
    cut = [vectors[start : start + WINDOW] for start in starts]
    return np.stack(cut) if cut else np.zeros((0, WINDOW, vectors.shape[1]), np.float32)


def _strokes(vectors: Floats, plan: Plan) -> tuple[list[Floats], list[int]]:
    from gesture_core.models.gesture_judge import STROKE_AFTER, STROKE_BEFORE

    clips: list[Floats] = []
    labels: list[int] = []
    for gesture in plan:
        frame = round(gesture.stroke * FPS)
        if STROKE_BEFORE <= frame <= len(vectors) - STROKE_AFTER:
            clips.append(vectors[frame - STROKE_BEFORE : frame + STROKE_AFTER])
            labels.append(FUNCTIONS.index(gesture.function))
    return clips, labels
