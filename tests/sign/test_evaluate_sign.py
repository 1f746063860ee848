"""Judging sign models: rows that must come out as they are, models that may not be judged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gesture_core.checkpoint import checkpoint_kind
from gesture_core.cli import app
from gesture_core.errors import UserError
from gesture_core.evaluate.sign import FORMULAS, evaluate_signs, nearest, show
from gesture_core.signing.learned import KIND
from gesture_core.train.sign_corpus import SignSequence
from tests.sign.sign_runs import TACOTRON, made_up_corpus, tiny_checkpoint, tiny_training


@pytest.mark.parametrize("representation", ["keypoints", "motion"])
def test_every_row_and_figure(tmp_path: Path, representation: str) -> None:
    first = tiny_checkpoint(tmp_path / "one", representation=representation)
    second = tiny_checkpoint(tmp_path / "two", representation=representation, tacotron=TACOTRON)
    output = tmp_path / "report.json"
    data = tmp_path / "one" / "signs.npz"
    text = evaluate_signs({"model": first, "tacotron": second}, data, output=output)
    report = json.loads(output.read_text("utf-8"))
    assert json.loads(text) == report
    rows = report["rows"]
    assert [*rows] == ["model", "tacotron", "shuffled text", "copy", "mean pose", "ground truth"]
    truth = {name: figure["value"] for name, figure in rows["ground truth"].items()}
    perfect = {"pck": 1.0, "pck_hands": 1.0, "length_ratio": 1.0}
    assert truth == {name: perfect.get(name, 0.0) for name in FORMULAS}
    assert rows["mean pose"]["length_ratio"]["value"] == 1.0
    assert rows["mean pose"]["dtw"]["value"] > 0.0
    below = report["dtw_below"]["tacotron"]["mean pose"]
    tacotron, mean = (rows[name]["dtw"]["value"] for name in ("tacotron", "mean pose"))
    assert below == pytest.approx(1.0 - tacotron / mean)
    assert "ground truth" in show(text)
    with pytest.raises(UserError, match="already exists"):
        evaluate_signs({"model": first}, data, output=output)


def test_a_model_that_may_have_seen_the_sentences_is_not_judged(tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path)
    other = made_up_corpus(tmp_path / "other.npz", seed=1)
    with pytest.raises(UserError, match="not trained on this corpus"):
        evaluate_signs({"model": checkpoint}, other)
    elsewhere = tiny_checkpoint(tmp_path, seed=5, output=tmp_path / "second")
    with pytest.raises(UserError, match="other sentences held out"):
        evaluate_signs({"a": checkpoint, "b": elsewhere}, tiny_training(tmp_path).corpus)


def test_the_copy_is_the_sentence_with_most_signs_in_common() -> None:
    def sentence(*glosses: str) -> SignSequence:
        return SignSequence(" ".join(glosses), "", glosses, "", np.zeros((1, 1)))

    known = [sentence("집", "불", "물"), sentence("집", "가다"), sentence("책")]
    assert nearest(sentence("집", "가다", "끝"), known).name == "집 가다"
    assert nearest(sentence("책", "책"), known).name == "책"


def test_the_program_knows_a_sign_model_by_its_checkpoint(tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path)
    assert checkpoint_kind(checkpoint) == KIND
    report = tmp_path / "report.json"
    arguments = ["evaluate", str(checkpoint), "--data", str(tmp_path / "signs.npz")]
    told = CliRunner().invoke(app, [*arguments, "--json", str(report)])
    assert told.exit_code == 0, told.output
    assert "mean pose" in told.stdout
    rows = json.loads(report.read_text("utf-8"))["rows"]
    assert rows["ground truth"]["dtw"]["value"] == 0.0
