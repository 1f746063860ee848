"""Sentence embeddings: the shipped Korean encoder, and larger published ones by name.

The shipped encoder runs without sentence-transformers, whose import alone takes seconds;
`load_sentence_encoder` wraps the very same modules for code that wants that interface.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.resources import data_path

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from gesture_core.text.sentence_encoder import KoreanSentenceEncoder


@dataclass(frozen=True)
class EncoderCard:
    """One sentence encoder: where it is, what it gives and how good it is.

    `source`: folder below `data/` of a shipped one, else the public model id; `korsts`: Spearman
    × 100 on the KorSTS test set (ours measured, the others as published).
    """

    source: str
    dimension: int
    korsts: float
    licence: str
    shipped: bool = False


DEFAULT_ENCODER = "default"
ENCODERS: dict[str, EncoderCard] = {
    DEFAULT_ENCODER: EncoderCard(
        "models/ko_sent", 1280, 75.8, "Apache-2.0, CC BY-SA 4.0", shipped=True
    ),
    "multilingual-minilm": EncoderCard(
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", 384, 74.4, "Apache-2.0"
    ),
    "multilingual-mpnet": EncoderCard(
        "sentence-transformers/paraphrase-multilingual-mpnet-base-v2", 768, 82.0, "Apache-2.0"
    ),
    "ko-sroberta": EncoderCard("jhgan/ko-sroberta-multitask", 768, 85.6, "not stated"),
    "ko-simcse": EncoderCard("snumin44/simcse-ko-bert-supervised", 768, 86.0, "MIT"),
}


def embed_sentences(
    sentences: Sequence[str], encoder: str = DEFAULT_ENCODER
) -> NDArray[np.float32]:
    """Embeddings `(N, D)` float32, unit length, of N sentences; the encoder is loaded once.

    Sentences go in as written, not in their reading. Raises UserError for an unknown encoder or
    one that is not on this machine.
    """
    if find_encoder(encoder).shipped:
        return _korean_encoder(encoder).embed(sentences)
    return load_sentence_encoder(encoder).encode(
        list(sentences), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
    )


@cache
def load_sentence_encoder(name: str = "default", *, download: bool = False) -> SentenceTransformer:
    """A sentence encoder of `ENCODERS` as a SentenceTransformer on the CPU, cached.

    `download` lets a published one be fetched if it is not on this machine yet; nothing else
    touches the network. Raises UserError where the encoder is unknown or cannot be had.
    """
    card = find_encoder(name)
    from sentence_transformers import SentenceTransformer

    if card.shipped:
        from gesture_core.text.sentence_module import KoreanSentenceModule

        return SentenceTransformer(
            modules=[KoreanSentenceModule(data_path(card.source))], device="cpu"
        )
    try:
        return SentenceTransformer(card.source, device="cpu", local_files_only=not download)
    except OSError as error:
        raise UserError(
            f"sentence encoder {name!r} ({card.source}) "
            + (
                "could not be downloaded: check the connection, or use 'default'"
                if download
                else "is not on this machine: fetch it with load_sentence_encoder"
                f"({name!r}, download=True) while online, or use 'default'"
            )
        ) from error


def find_encoder(name: str) -> EncoderCard:
    """The card of an encoder; UserError names the valid ones."""
    if name not in ENCODERS:
        raise UserError(f"unknown sentence encoder {name!r}; choose from {', '.join(ENCODERS)}")
    return ENCODERS[name]


@cache
def _korean_encoder(name: str) -> KoreanSentenceEncoder:
    from gesture_core.text.sentence_encoder import load_korean_encoder

    return load_korean_encoder(data_path(ENCODERS[name].source))
