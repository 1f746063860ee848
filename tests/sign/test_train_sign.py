"""Training sign models: tiny runs to the end, what they must get right, the real sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gesture_core.config import load_config
from gesture_core.errors import UserError
from gesture_core.metrics.dtw import dtw_by_length, length_ratio
from gesture_core.motion import Span
from gesture_core.signing.learned import load_signer
from gesture_core.train.runs import train
from gesture_core.train.sign import SignTraining, build_network, descend, prepare, sign_losses
from gesture_core.train.sign_batches import guide, make_batch, shuffled_rows
from gesture_core.train.sign_corpus import read_corpus
from tests.sign.sign_runs import FPS, TACOTRON, TRANSFORMER, tiny_checkpoint, tiny_training

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "train"
NETWORKS: dict[str, dict[str, Any]] = {
    "transformer": {"transformer": TRANSFORMER},
    "tacotron": {"tacotron": TACOTRON},
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(
    ("padding", "schedule"), [("mask", "plateau"), ("static", "cosine"), ("zero", "plateau")]
)
def test_two_epochs_of_everything(tmp_path: Path, name: str, padding: str, schedule: str) -> None:
    path = tiny_checkpoint(tmp_path, padding=padding, schedule=schedule, **NETWORKS[name])
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").open()]
    assert [row["epoch"] for row in log] == [0, 1]
    assert log[1]["frames"] < log[0]["frames"]
    signer = load_signer(path)
    assert signer.details["training"]["padding"] == padding
    (signed,) = signer.sign([("g0", "g1")])
    assert signed.frames.shape[1] == 254
    assert signed.attention.sum(axis=1) == pytest.approx(1.0, abs=1e-3)


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    one, other = (tiny_checkpoint(tmp_path / name) for name in ("a", "b"))
    first, second = load_signer(one), load_signer(other)
    assert first.sha256 != ""
    np.testing.assert_array_equal(
        first.sign([("g0", "g1")])[0].frames, second.sign([("g0", "g1")])[0].frames
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_it_learns_which_sign_is_which_and_how_long(tmp_path: Path, name: str) -> None:
    """Sentences it was trained on, made freely, are nearer to themselves than to the others."""
    training = tiny_training(
        tmp_path, epochs=40, rate=2e-2, held_out=0.1, schedule="cosine", **NETWORKS[name]
    )
    torch.manual_seed(0)
    material = prepare(read_corpus(training.corpus, FPS), training)
    network = build_network(training, material)
    log = list(descend(network, material, training))
    assert log[-1]["frames"] < 0.7 * log[0]["frames"]
    true = material.learned.frames
    rows = list(range(len(true)))
    batch = make_batch(
        material.learned, rows, material.vocabulary, material.signers, training.padding
    )
    signed = network.sign(batch.told, 60)  # type: ignore[operator]
    made = [signed.frames[row, :length].numpy() for row, length in enumerate(signed.lengths)]
    ratios = [length_ratio(one, other) for one, other in zip(made, true, strict=True)]
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.2)
    apart = np.array([[dtw_by_length(one, other) for other in true] for one in made])
    own = np.diag(apart).mean()
    others = (apart.sum() - np.trace(apart)) / (apart.size - len(apart))
    assert own < 0.8 * others


def test_the_text_can_be_told_in_place_of_glosses(tmp_path: Path) -> None:
    signer = load_signer(tiny_checkpoint(tmp_path, told="text"))
    assert "집/NNG" in signer.vocabulary


def test_a_guide_by_spans_and_one_without() -> None:
    spans = (Span("gloss", "a", 0.0, 0.5), Span("gloss", "b", 0.9, 2.0))
    known = guide(20, 2, spans, 10.0)
    np.testing.assert_allclose(known.sum(axis=1), 1.0)
    np.testing.assert_allclose(known[7], [0.5, 0.5])  # between the end of a and the start of b
    assert known[0, 0] > 0.95
    assert known[-1, 1] > 0.95
    equal = guide(20, 2, (), 10.0)
    np.testing.assert_allclose(equal[10], [0.5, 0.5])
    assert np.ptp(equal[:, 0]) < np.ptp(known[:, 0])  # nobody knows quite where
    assert guide(3, 1, (), 10.0).tolist() == [[1.0]] * 3


def test_every_lesson_is_in_one_batch() -> None:
    rows = shuffled_rows([5, 9, 6, 8, 7], 2, np.random.default_rng(0))
    assert sorted(np.concatenate(rows).tolist()) == [0, 1, 2, 3, 4]
    assert max(map(len, rows)) <= 2


def test_masked_padding_is_no_part_of_the_loss(tmp_path: Path) -> None:
    training = tiny_training(tmp_path, noise=0.0)
    material = prepare(read_corpus(training.corpus, FPS), training)
    network = build_network(training, material).eval()
    lengths = [len(frames) for frames in material.learned.frames]
    rows = [int(np.argmin(lengths)), int(np.argmax(lengths))]
    assert lengths[rows[0]] < lengths[rows[1]]
    arguments = (material.vocabulary, material.signers, "mask")
    batch = make_batch(material.learned, rows, *arguments)
    spoiled = torch.where(batch.real[..., None], batch.frames, 99.0)
    one, other = (
        sign_losses(network, b, material.variance, training)
        for b in (batch, batch._replace(frames=spoiled))
    )
    for name, loss in one.items():
        assert loss.item() == pytest.approx(other[name].item())


def test_one_network_and_enough_sentences_are_wanted(tmp_path: Path) -> None:
    both = tiny_training(tmp_path, transformer=TRANSFORMER, tacotron=TACOTRON)
    material = prepare(read_corpus(both.corpus, FPS), both)
    with pytest.raises(UserError, match="one network"):
        build_network(both, material)
    with pytest.raises(UserError, match="too few"):
        prepare(read_corpus(both.corpus, FPS), tiny_training(tmp_path, held_out=0.01))


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("sign_*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_configuration_names_a_network_and_its_sentences(path: Path) -> None:
    config = load_config(SignTraining, path)
    assert (config.transformer is None) != (config.tacotron is None)
    if config.sentences is not None:
        assert (CONFIGS.parents[1] / config.sentences).exists()


@pytest.mark.parametrize("name", NETWORKS)
def test_two_epochs_on_the_real_sample(
    tmp_path: Path, shared_data: Callable[[str], Path], name: str
) -> None:
    corpus = next(shared_data("ksl_sample").rglob("train.skels"))
    overrides = [f"corpus={corpus}", f"output={tmp_path / 'run'}", "held_out=0.4"]
    path = train(CONFIGS / f"sign_{name}_tiny.yaml", overrides)
    signer = load_signer(path)
    assert signer.signers
    (signed,) = signer.sign([("지하철", "가다")], signer.signers[:1])
    assert np.isfinite(signed.frames).all()
    assert len(signed.frames) > 1
