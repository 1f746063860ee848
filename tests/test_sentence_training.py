"""The sentence encoder can be rebuilt: its parts are read, counted and trained as the card says."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from gesture_core.errors import UserError
from gesture_core.resources import data_path
from gesture_core.text.morphemes import analyse
from gesture_core.text.sentence_encoder import load_korean_encoder
from gesture_core.train.sentence_encoder import (
    Pairs,
    Piece,
    SentenceTraining,
    build_tokenizer,
    choose_pieces,
    cosent_loss,
    count_weights,
    read_korsts,
    read_pieces,
    train_head,
)


def _piece(text: str, score: float) -> bytes:
    spelled = text.encode()
    message = b"\x0a" + bytes([len(spelled)]) + spelled + b"\x15" + struct.pack("<f", score)
    return b"\x0a" + bytes([len(message)]) + message


def test_pieces_of_a_sentencepiece_model_are_read() -> None:
    trainer_settings = b"\x12\x02\x08\x01"  # another field, to be passed over
    model = _piece("▁안녕", -1.5) + trainer_settings + _piece("a", -2.0)
    assert read_pieces(model) == [Piece("▁안녕", -1.5), Piece("a", -2.0)]


@pytest.mark.parametrize("model", [b"\x0a", b"\x0a\xff", b"\x0b\x00"])
def test_broken_models_are_refused(model: bytes) -> None:
    with pytest.raises(UserError, match="SentencePiece model"):
        read_pieces(model)


def test_korean_likely_ascii_and_marks_are_kept() -> None:
    texts = ["<unk>", "<s>", "</s>", "x", "y", "z", "▁a", "안", "ñ", "b", "…", "한국", "c"]
    pieces = [Piece(text, -float(i)) for i, text in enumerate(texts)]
    assert choose_pieces(pieces, ascii_pieces=2) == [0, 1, 2, 6, 7, 9, 10, 11]


def test_the_tokenizer_prefers_likely_pieces() -> None:
    pieces = [
        Piece(text, score)
        for text, score in [
            ("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), ("▁안녕", -1.0), ("▁", -3.0),
            ("안", -3.0), ("녕", -3.0),
        ]
    ]  # fmt: skip
    assert build_tokenizer(pieces).encode("  안녕 녕").tokens == ["<s>", "▁안녕", "▁", "녕", "</s>"]


def test_common_morphemes_and_ngrams_weigh_less() -> None:
    rarity, idf = count_weights(["밥을 먹다", "물을 먹다", "잠을 자다"], rarity=1e-3)
    ((eat, *_),) = analyse("먹다")
    ((sleep, *_),) = analyse("잠을")
    ((unseen, *_),) = analyse("하늘")
    common, rare, never = (rarity[m.vector_id or 0].item() for m in (eat, sleep, unseen))
    assert common < rare < never
    assert idf.max() == pytest.approx(math.log(3))
    assert idf.min() == pytest.approx(math.log(3 / 4))


def test_cosent_loss_by_hand() -> None:
    ordered = cosent_loss(torch.tensor([0.1, 0.9]), torch.tensor([0.0, 5.0]), sharpness=10.0)
    assert ordered.item() == pytest.approx(math.log(1 + math.exp(-8)), rel=1e-3)
    misordered = cosent_loss(torch.tensor([0.9, 0.1]), torch.tensor([0.0, 5.0]), sharpness=10.0)
    assert misordered.item() == pytest.approx(math.log(1 + math.exp(8)), rel=1e-3)
    equal = cosent_loss(torch.tensor([0.9, 0.1]), torch.tensor([1.0, 1.0]))
    assert equal.item() == pytest.approx(0.0, abs=1e-6)


def test_the_head_learns_the_pairs_it_is_shown() -> None:
    left = ["밥을 먹었다", "비가 온다", "차가 빠르다", "학교에 갔다"]
    right = ["우산을 썼다", "식사를 했다", "집에 왔다", "속도가 높다"]
    pairs = Pairs(left, right, np.array([5.0, 0.0, 4.0, 1.0]))
    folder = Path("unused")
    config = SentenceTraining(
        folder, folder, folder, steps=20, batch=4, rate=1e-2, dropout=0.0, validate_every=10
    )
    encoder = load_korean_encoder(data_path("models/ko_sent"))
    head = train_head(encoder, pairs, pairs, config)
    with torch.no_grad():
        first, second = (encoder.join(encoder.read(side)) @ head.T for side in (left, right))
    cosines = torch.cosine_similarity(first, second)
    assert cosines.argsort().tolist() == [1, 3, 2, 0]


def test_korsts_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "sts-dev.tsv"
    header = "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n"
    path.write_text(f"{header}main\tf\t2012\t1\t5.000\t가다\t오다\nbroken\n", encoding="utf-8")
    pairs = read_korsts(path)
    assert (pairs.left, pairs.right, pairs.likeness.tolist()) == (["가다"], ["오다"], [5.0])
    path.write_text(header, encoding="utf-8")
    with pytest.raises(UserError, match="no sentence pairs"):
        read_korsts(path)
    with pytest.raises(UserError, match=r"missing\.tsv"):
        read_korsts(tmp_path / "missing.tsv")
