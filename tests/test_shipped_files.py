"""Every table entry and every shipped setting resolves; nothing waits to fail at a user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from gesture_core.config import load_config, read_yaml
from gesture_core.dataset.steps import BuildConfig
from gesture_core.gestures.styles import DEFAULT_STYLE, load_styles
from gesture_core.gestures.synthesize import load_gesture_model
from gesture_core.models.gesture_models import MODELS, build_model, model_to_details
from gesture_core.pose.estimators import ESTIMATORS, EstimationConfig, estimator_of
from gesture_core.speech.visemes import load_visemes
from gesture_core.speech.voice import TTS, default_voice, engine
from gesture_core.text.embedding import ENCODERS, find_encoder
from gesture_core.train.cues import CueTraining
from gesture_core.train.gesture_judge import JudgeTraining
from gesture_core.train.gesture_run import GestureTraining
from gesture_core.train.lifter_run import LifterTraining
from gesture_core.train.planner import PlannerTraining
from gesture_core.train.runs import RUNS
from gesture_core.train.sign import SignTraining

REPOSITORY = Path(__file__).resolve().parent.parent
TRAININGS = {
    "gesture": GestureTraining,
    "planner": PlannerTraining,
    "cues": CueTraining,
    "judge": JudgeTraining,
    "lifter": LifterTraining,
    "sign": SignTraining,
}
DATA = sorted((REPOSITORY / "data").rglob("*.yaml"))
MAX_FILE = 20 << 20


def shipped(folder: str) -> list[Path]:
    return sorted((REPOSITORY / "configs" / folder).glob("*.yaml"))


def test_every_configuration_belongs_to_a_kind_that_is_checked_here() -> None:
    known = {*shipped("train"), *shipped("dataset")}
    assert {*(REPOSITORY / "configs").rglob("*.yaml")} == known
    assert set(RUNS) == set(TRAININGS)


@pytest.mark.parametrize("path", shipped("train"), ids=lambda path: path.name)
def test_every_training_configuration_loads(path: Path) -> None:
    training = TRAININGS[read_yaml(path)["model"]]
    assert isinstance(load_config(training, path), training)


@pytest.mark.parametrize("name", RUNS)
def test_every_training_is_where_its_table_says(name: str) -> None:
    assert callable(RUNS[name]())


@pytest.mark.parametrize("name", MODELS)
def test_every_gesture_model_builds_from_its_description(name: str) -> None:
    config, network = MODELS[name]
    built = network(config(motion=4, text=3, plan=2, manners=2))
    assert isinstance(build_model(model_to_details(built)), network)


@pytest.mark.parametrize("path", shipped("dataset"), ids=lambda path: path.name)
def test_every_dataset_configuration_loads(path: Path) -> None:
    assert isinstance(load_config(BuildConfig, path), BuildConfig)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_resolves(name: str) -> None:
    estimator = estimator_of(EstimationConfig(name))
    assert (estimator.name, bool(estimator.version)) == (name, True)


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.name)
def test_every_data_file_is_plain_yaml(path: Path) -> None:
    assert read_yaml(path)


@pytest.mark.parametrize("name", TTS)
def test_every_voice_engine_resolves(name: str) -> None:
    voices = engine(name).voices
    assert voices
    assert all(voice.description and voice.licence for voice in voices)


def test_the_default_voice_works_offline() -> None:
    name, _, voice = default_voice().partition(":")
    assert next(one for one in engine(name).voices if one.name == voice).offline


@pytest.mark.parametrize("name", ENCODERS)
def test_every_sentence_encoder_resolves(name: str) -> None:
    assert find_encoder(name).dimension > 0


def test_every_style_is_one_the_shipped_model_knows() -> None:
    styles = load_styles()
    assert DEFAULT_STYLE in styles
    known = load_gesture_model().manners
    assert {style.manner for style in styles.values()} <= set(known)


def test_every_phoneme_has_a_mouth() -> None:
    assert load_visemes()


def test_shipped_files_stay_small() -> None:
    files = [path for path in (REPOSITORY / "data").rglob("*") if path.is_file()]
    assert max(path.stat().st_size for path in files) < MAX_FILE
    assert sum(path.stat().st_size for path in files) < 6 * MAX_FILE
