"""Sign corpora: AI Hub's folders, the real sample, composed files, and what is held out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.signing.motion_frames import VALUES
from gesture_core.train.sign_corpus import hold_out, load_composed, read_corpus, resample_frames
from tests.sign.sign_runs import made_up_corpus

AIHUB = Path(__file__).resolve().parents[1] / "fixtures" / "aihub"


def test_a_composed_corpus_comes_back(tmp_path: Path) -> None:
    path = made_up_corpus(tmp_path / "signs.npz", 5)
    corpus = read_corpus(path, 10.0)
    assert len(corpus.sequences) == 5
    one = corpus.sequences[0]
    assert one.glosses == tuple(span.text for span in one.spans)
    assert one.spans[-1].end == pytest.approx(len(one.frames) / 10.0)
    assert one.frames.shape[1] == 254
    assert read_corpus(path, 10.0, "motion").sequences[0].frames.shape[1] == VALUES
    assert one.tokens("text")[0] == "집/NNG"
    faster = read_corpus(path, 20.0).sequences[0]
    assert len(faster.frames) == 2 * len(one.frames)


def test_aihub_folders_are_read_and_cut(tmp_path: Path) -> None:
    corpus = read_corpus(AIHUB, 30.0)
    (sequence,) = corpus.sequences
    assert sequence.signer == "REAL01"
    assert sequence.glosses
    assert sequence.frames.shape[1] == 254
    assert sequence.spans[0].start >= 0.0
    assert corpus.sha256 == read_corpus(AIHUB, 30.0).sha256


def test_the_real_sample(shared_data: Callable[[str], Path]) -> None:
    path = next(shared_data("ksl_sample").rglob("train.skels"))
    corpus = read_corpus(path, 15.0)
    assert [len(one.frames) for one in corpus.sequences] == [70, 38, 77, 132, 40]
    assert corpus.sequences[4].glosses == ("지하철", "곳", "카페", "있다")
    assert {one.signer for one in corpus.sequences} == {"REAL10", "REAL06", "REAL01"}
    assert all(0.0 < one.frames.min() and one.frames.max() < 1.3 for one in corpus.sequences)


def test_what_is_no_corpus_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "signs.npz"
    np.savez(broken, frames=np.zeros(3))
    with pytest.raises(UserError, match="no composed sign corpus"):
        load_composed(broken)
    whole = made_up_corpus(tmp_path / "whole.npz", 3).read_bytes()
    for damaged in (whole[:-40], b"", b"PK no zip"):
        broken.write_bytes(damaged)
        with pytest.raises(UserError, match="no composed sign corpus"):
            load_composed(broken)
    with pytest.raises(UserError, match="cannot read"):
        read_corpus(tmp_path / "none.npz", 30.0)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no sentence"):
        read_corpus(tmp_path / "empty", 30.0)
    with pytest.raises(UserError, match="only a composed corpus"):
        read_corpus(AIHUB, 30.0, "motion")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ends", np.array([9, 4, 20])),
        ("keypoints", np.full((30, 254), np.nan, np.float32)),
        ("fps", np.array(0.0)),
        ("lines", np.array("[3, 4, 5]")),
    ],
)
def test_a_corpus_with_wrong_values_is_refused(
    tmp_path: Path, name: str, values: np.ndarray
) -> None:
    path = made_up_corpus(tmp_path / "signs.npz", 3)
    with np.load(path) as file:
        arrays = {key: file[key] for key in file.files}
    np.savez(path, **(arrays | {name: values}))
    with pytest.raises(UserError, match="no composed sign corpus"):
        load_composed(path)


def test_sentences_of_the_same_glosses_stay_together(tmp_path: Path) -> None:
    corpus = read_corpus(made_up_corpus(tmp_path / "signs.npz", 80), 10.0)
    kept, held = hold_out(corpus.sequences, 0.2, 0)
    assert len(kept) + len(held) == 80
    assert not {one.glosses for one in kept} & {one.glosses for one in held}
    assert 0.05 < len(held) / 80 < 0.4
    assert [one.name for one in hold_out(corpus.sequences, 0.2, 0)[1]] == [o.name for o in held]


def test_another_frame_rate_keeps_both_ends() -> None:
    frames = np.arange(10.0)[:, None]
    half = resample_frames(frames, 30.0, 15.0)
    assert half[:, 0].tolist() == [0.0, 2.25, 4.5, 6.75, 9.0]
    assert resample_frames(frames, 30.0, 30.0) is frames
