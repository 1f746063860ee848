"""A whole evaluation of a tiny, untrained model: rows, controls, resuming, report and pages."""

import json

import numpy as np
import pytest

from gesture_core.dataset.units import save_units
from gesture_core.errors import UserError
from gesture_core.evaluate import job
from gesture_core.evaluate.job import evaluate_files
from gesture_core.evaluate.page import write_page
from gesture_core.gestures.styles import find_style
from gesture_core.models.planner import Planner, PlannerConfig
from gesture_core.plan import FUNCTIONS
from gesture_core.planning.learned import PlannerModel
from gesture_core.planning.word_context import CONTEXT
from gesture_core.train.gesture import train_gesture
from gesture_core.train.gesture_run import GestureTraining
from gesture_core.train.recipe_adversarial import AdversarialTraining
from gesture_core.train.recipe_seq2seq import Seq2SeqTraining
from gesture_core.train.sentences import save_sentences
from tests.data.judged import SmallJudge, library_to_judge, more_sentences

HELD_OUT = 18
ROW_FIGURES = {
    *("name", "split", "fgd_inf", "ci", "n", "seeds", "seed_kind", "by_seed"),
    *("function_accuracy", "function_accuracy_no_beats", "sentences_with_gesture"),
    *("hand_range", "jerk", "velocity_hellinger", "beat_consistency", "diversity"),
    *("joint_limit", "penetration"),
}


@pytest.fixture(scope="module")
def folder(library, sentences, tmp_path_factory):
    """Units, sentences, and the checkpoints of two runs of the default and of a Seq2Seq."""
    folder = tmp_path_factory.mktemp("judged")
    save_units(folder / "units.lmdb", library_to_judge(library).units)
    save_sentences(folder / "sentences.npz", more_sentences(sentences, 4))
    for name, recipe, hidden in (("default", "adversarial", 8), ("small", "adversarial", 4)):
        train_gesture(_training(folder, name, recipe, hidden))
    train_gesture(_training(folder, "seq2seq", "seq2seq", 4))
    (folder / "runs" / "seq2seq").rename(folder / "seq2seq")
    return folder


def _training(folder, name, recipe, hidden):
    return GestureTraining(
        recipe=recipe,
        units=folder / "units.lmdb",
        sentences=folder / "sentences.npz",
        output=folder / "runs" / name,
        iterations=1,
        batch=2,
        window=16,
        minutes=0.1,
        held_out=HELD_OUT,
        components=6,
        word_components=4,
        sentence_components=2,
        sheet=0,
        bf16=False,
        adversarial=AdversarialTraining(hidden=hidden, layers=1, unit=4),
        seq2seq=Seq2SeqTraining(hidden=4),
    )


@pytest.fixture(autouse=True)
def _quick(monkeypatch, tmp_path):
    """A judge of few dimensions, an untrained planner, and a cache of each test's own."""
    config = PlannerConfig(
        words=12, sentences=10, cues=3, context=CONTEXT, functions=len(FUNCTIONS)
    )
    planner = PlannerModel(Planner(config).eval(), "untrained")
    monkeypatch.setattr(job, "load_judge", lambda path: SmallJudge())
    monkeypatch.setattr(job, "load_planner", lambda path: planner)
    monkeypatch.setattr(job, "FEWEST_MINUTES", 0.0)
    styles = [find_style(name) for name in ("neutral", "calm")]  # of manners that exist here
    monkeypatch.setattr("gesture_core.evaluate.probes.list_styles", lambda: styles)
    monkeypatch.setenv("MOMJIT_CACHE", str(tmp_path / "cache"))


def _evaluate(folder, checkpoints=("default",), **settings):
    places = {"default": folder / "runs" / "default", "seq2seq": folder / "seq2seq"}
    named = {name: [places[name] / "gesture.safetensors"] for name in checkpoints}
    files = folder / "units.lmdb", folder / "sentences.npz"
    chosen = {"minutes": 1.7, "seeds": 2, "held_out": HELD_OUT, "judge": folder} | settings
    return json.loads(evaluate_files(named, *files, **chosen))


def test_a_report_holds_all_rows_figures_and_claims(folder, tmp_path):
    output, picture, page = (tmp_path / name for name in ("r.json", "r.png", "r.html"))
    steps: list[str] = []
    report = _evaluate(
        folder,
        ("default", "seq2seq"),
        output=output,
        pages=[picture, page],
        ablation=folder / "runs",
        progress=lambda done, step: steps.append(step),
    )
    assert json.loads(output.read_text("utf-8")) == report

    rows = {(row["split"], row["name"]): row for row in report["rows"]}
    names = ["real", "compose", "mean_pose", "seq2seq", "default", "default_told"]
    assert list(rows) == [
        *(("known", name) for name in names),
        *(("unknown_performer", name) for name in (*names, "default_exemplar")),
    ]
    for row in rows.values():
        assert row.keys() >= ROW_FIGURES
        assert row["ci"][0] <= row["fgd_inf"] <= row["ci"][1]
        assert row["fgd_inf"] == pytest.approx(np.mean(row["by_seed"]))
        assert row["penetration"]["after"] <= row["penetration"]["before"]
    assert rows["known", "default"]["seeds"] == 2
    assert rows["known", "default"]["seed_kind"] == "generation"
    real, still = rows["known", "real"], rows["known", "mean_pose"]
    assert real["fgd_inf"] < still["fgd_inf"]
    assert still["hand_range"] == pytest.approx(0.0, abs=1e-9)
    assert still["sentences_with_gesture"] == 0.0
    assert still["function_accuracy"] < real["function_accuracy"]
    assert rows["known", "default_told"]["function_accuracy"] == pytest.approx(
        rows["known", "default_told"]["function_accuracy_own_plan"]
    )
    assert "function_accuracy_own_plan" not in rows["known", "seq2seq"]

    gap = report["text_gap"]
    assert {"matched_r1", "shuffled_r1", "shuffled_words_r1", "real_r1"} <= gap.keys()
    assert {"matched", "shuffled"} <= gap["stroke_timing"].keys()
    assert set(report["intensity_energy"]) == {"0.5", "1", "1.5", "2"}
    assert report["style_confusion"]["neutral"] == {"neutral": 1.0, "calm": 0.0}
    assert report["exemplar"].keys() == {"movement", "with_posture"}
    assert report["hashes"]["checkpoints"].keys() >= {"default", "seq2seq"}
    assert "output" not in report["configs"]["default"][0]

    default, small = report["ablation"]
    assert (default["name"], default["changed"]) == ("default", {})
    assert small["changed"] == {"adversarial.hidden": 4}
    assert small["differences"]["fgd_inf"] == pytest.approx(small["fgd_inf"] - default["fgd_inf"])
    assert {claim["holds"] for claim in report["claims"]} <= {True, False, None}
    assert sum(claim["holds"] is None for claim in report["claims"]) == 2  # flow and plain
    assert steps[-1] == "evaluated"
    assert any("min left" in step for step in steps)

    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert "data:image/png;base64," in page.read_text("utf-8")
    with pytest.raises(UserError, match="already exists"):
        write_page(page, report)


def test_a_stopped_evaluation_goes_on(folder, monkeypatch):
    real = job.measure_row
    measured: list[int] = []

    def stopping(*arguments):
        if len(measured) == 3:
            raise KeyboardInterrupt
        measured.append(1)
        return real(*arguments)

    monkeypatch.setattr(job, "measure_row", stopping)
    with pytest.raises(KeyboardInterrupt):
        _evaluate(folder, (), seeds=1)
    monkeypatch.setattr(job, "measure_row", lambda *a: measured.append(2) or real(*a))
    first = _evaluate(folder, (), seeds=1)
    assert measured == [1, 1, 1, 2, 2, 2]
    assert _evaluate(folder, (), seeds=1) == first  # nothing is measured again
    assert len(measured) == 6
    _evaluate(folder, (), seeds=1, minutes=1.8)  # other material: all of it is
    assert len(measured) == 12


def test_a_metric_that_fails_raises(folder, monkeypatch):
    monkeypatch.setattr("gesture_core.evaluate.figures.hellinger_distance", lambda *a: float("nan"))
    with pytest.raises(ValueError, match="JSON compliant"):
        _evaluate(folder, (), seeds=1)


def test_what_may_have_seen_the_test_is_refused(folder, library, tmp_path):
    other = tmp_path / "units.lmdb"
    save_units(other, library_to_judge(library).units[1:])
    checkpoint = folder / "runs" / "default" / "gesture.safetensors"
    with pytest.raises(UserError, match="other clips"):
        evaluate_files({"default": [checkpoint]}, other, folder / "sentences.npz", held_out=1)
    with pytest.raises(UserError, match="held out 18 sentences, fewer than 20"):
        _evaluate(folder, held_out=20)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"seeds": 0}, "at least one seed"),
        ({"pages": ["page.pdf"]}, ".png or .html"),
        ({"ablation": "nowhere"}, "holds no run 'default'"),
    ],
)
def test_wrong_settings_are_told_before_anything_is_measured(
    folder, tmp_path, settings, why, monkeypatch
):
    monkeypatch.setattr(job, "_measure", None)
    if "pages" in settings:
        settings = {"pages": [tmp_path / name for name in settings["pages"]]}
    if "ablation" in settings:
        settings = {"ablation": tmp_path / settings["ablation"]}
    with pytest.raises(UserError, match=why):
        _evaluate(folder, **settings)


def test_too_little_motion_is_a_user_error(folder, monkeypatch):
    monkeypatch.setattr(job, "FEWEST_MINUTES", 10.0)
    with pytest.raises(UserError, match="at least 10 minutes"):
        _evaluate(folder)
    with pytest.raises(UserError, match="names a row without a model"):
        evaluate_files(
            {"real": [folder]},
            folder / "units.lmdb",
            folder / "sentences.npz",
            held_out=HELD_OUT,
        )
