"""Small made-up gesture units and sentences, so that tests need no data."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.dataset.compose import Line
from gesture_core.dataset.units import PARTS, Unit, UnitLibrary, save_units
from gesture_core.rotation import quat_multiply, rotvec_to_quat
from gesture_core.skeleton import HUMANOID
from gesture_core.train.sentences import Sentences, save_sentences

WORDS = (
    ("안녕하세요", (("안녕", "NNG"), ("하", "XSA"), ("세요", "EF"))),
    ("저는", (("저", "NP"), ("는", "JX"))),
    ("오늘", (("오늘", "NNG"),)),
    ("안", (("안", "MAG"),)),
    ("가요.", (("가", "VV"), ("어요", "EF"), (".", "SF"))),
)


def hanging_arms() -> np.ndarray:
    """A rest pose (J, 4) with the arms down."""
    pose = rotvec_to_quat(np.zeros((len(HUMANOID), 3)))
    pose[HUMANOID.index("leftUpperArm")] = rotvec_to_quat([0, 0, -1.3])
    pose[HUMANOID.index("rightUpperArm")] = rotvec_to_quat([0, 0, 1.3])
    return pose


def raised_arm(side: str, frames: int = 31, fps: float = 15.0, size: float = 1.2) -> np.ndarray:
    """Rotations (T, J, 4): one arm is raised to the front and let down again."""
    pose = np.repeat(hanging_arms()[None], frames, axis=0)
    time = np.arange(frames) / fps
    lift = size * np.sin(np.clip((time - 0.3) / 1.4, 0, 1) * np.pi)
    sign = 1.0 if side == "left" else -1.0
    turn = rotvec_to_quat(np.stack([0 * lift, -sign * lift, 0 * lift], axis=1))
    joint = HUMANOID.index(f"{side}LowerArm")
    pose[:, joint] = quat_multiply(pose[:, joint], turn)
    return pose.astype(np.float32)


def example_unit(function: str, manner: str, side: str, size: float = 1.2) -> Unit:
    idle = function == "idle"
    return Unit(
        name=f"{manner}/{function}-{side}",
        performer="test",
        manner=manner,
        function=function,
        hand="left" if side == "left" else "right",
        parts=tuple(PARTS) if idle else ("torso", "head", f"{side}Arm"),
        fps=15.0,
        rotations=raised_arm(side, size=0.02 if idle else size),
        start=0.3,
        stroke=1.0,
        end=1.7,
        size=0.2 * size,
        source="made up",
        licence="CC0-1.0",
    )


def example_library() -> UnitLibrary:
    return UnitLibrary(
        (
            example_unit("idle", "stand", "left"),
            example_unit("beat", "stand", "left"),
            example_unit("beat", "stand", "right", 0.8),
            example_unit("negate", "stand", "right"),
            example_unit("idle", "akimbo", "left"),
            example_unit("me", "akimbo", "left", 0.9),
            example_unit("beat", "akimbo", "right"),
        )
    )


def example_sentences(count: int = 6) -> Sentences:
    rng = np.random.default_rng(0)
    lines = tuple(Line(WORDS[n % 3 :]) for n in range(count))
    counts = [len(line.words) for line in lines]
    return Sentences(
        texts=tuple(" ".join(text for text, _ in line.words) for line in lines),
        lines=lines,
        vectors=rng.normal(size=(sum(counts), 12)),
        offsets=np.concatenate([[0], np.cumsum(counts)]),
        sentence_vectors=rng.normal(size=(count, 10)),
        cues=rng.uniform(size=(count, 3)),
    )


@pytest.fixture(scope="session")
def library() -> UnitLibrary:
    return example_library()


@pytest.fixture(scope="session")
def sentences() -> Sentences:
    return example_sentences()


@pytest.fixture(scope="session")
def data_files(library, sentences, tmp_path_factory):
    """The example units and sentences as files."""
    folder = tmp_path_factory.mktemp("data")
    save_units(folder / "units.lmdb", library.units)
    save_sentences(folder / "sentences.npz", sentences)
    return folder
