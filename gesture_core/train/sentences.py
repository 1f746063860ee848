"""Korean sentences to compose gestures to: read, analysed and embedded once, then cached."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.dataset.compose import Line
from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.text.embedding import DEFAULT_ENCODER, embed_sentences

MAX_WORDS = 12
_CHUNK = 64
_FRAGMENT = "0"
"""3i4k's label of fragments, which nobody would say with a gesture."""


@dataclass(frozen=True, eq=False)
class Sentences:
    """N sentences: their words with morphemes, word vectors (W, D) and embeddings (N, E).

    `cues` (N, C): speech acts and emotions, see `text.sentence_cues`; `encoder`: who embedded.

    The words of sentence n are rows `offsets[n]` to `offsets[n + 1]` of `vectors`.
    """

    texts: tuple[str, ...]
    lines: tuple[Line, ...]
    vectors: NDArray[np.floating]
    offsets: NDArray[np.intp]
    sentence_vectors: NDArray[np.floating]
    cues: NDArray[np.floating]
    encoder: str = DEFAULT_ENCODER

    def __len__(self) -> int:
        return len(self.texts)

    def word_vectors(self, number: int) -> NDArray[np.floating]:
        """Vectors of the words of one sentence."""
        return self.vectors[self.offsets[number] : self.offsets[number + 1]]


def read_texts(folder: Path) -> list[str]:
    """Sentences of 3i4k (speech acts) and Chatbot_data in the `text_ko` archive, in file order."""
    acts, chat = folder / "3i4k" / "fci_train_val.txt", folder / "ChatbotData.csv"
    for path in (acts, chat):
        if not path.is_file():
            raise UserError(f"{path} is missing; unpack text_ko.tar.xz and name its folder")
    texts: list[str] = []
    for line in acts.read_text(encoding="utf-8").splitlines():
        label, _, text = line.partition("\t")
        if label != _FRAGMENT:
            texts.append(text.strip())
    with chat.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            texts += [str(row[column]).strip() for column in ("Q", "A")]
    unique: dict[str, None] = dict.fromkeys(texts)
    return [text for text in unique if 0 < len(text.split()) <= MAX_WORDS]


def choose_texts(texts: Sequence[str], count: int, seed: int) -> list[str]:
    """`count` of the sentences in an order that depends only on `seed`."""
    order = np.random.default_rng(seed).permutation(len(texts))[:count]
    return [texts[int(i)] for i in order]


def analyse_sentences(
    texts: Sequence[str], progress: Progress = silent, encoder: str = DEFAULT_ENCODER
) -> Sentences:
    """Morphemes, word vectors and embeddings of sentences, as at use; minutes for thousands.

    Sentences in which nothing can be said are left out.
    """
    from gesture_core.text.morphemes import analyse, morpheme_vectors
    from gesture_core.text.sentence_cues import sentence_cues
    from gesture_core.text.split import eojeols

    kept = [text for text in texts if any("가" <= letter <= "힣" for letter in text)]
    lines: list[Line] = []
    vectors: list[NDArray[np.floating]] = []
    embeddings: list[NDArray[np.floating]] = []
    for number, text in enumerate(kept):
        words = eojeols(text)
        analysed = analyse(text, words)
        forms = [tuple((m.form, m.tag) for m in morphemes) for morphemes in analysed]
        spelled = [text[word.start : word.end] for word in words]
        lines.append(Line(tuple(zip(spelled, forms, strict=True))))
        vectors.append(morpheme_vectors(analysed))
        if number % _CHUNK == 0:
            embeddings.append(embed_sentences(kept[number : number + _CHUNK]))
            progress(number / len(kept), "analysing sentences")
    counts = [len(line.words) for line in lines]
    sentence_vectors = np.concatenate(embeddings)
    cues = sentence_cues(sentence_vectors, kept)  # whose heads know the default encoder only
    if encoder != DEFAULT_ENCODER:
        sentence_vectors = embed_sentences(kept, encoder)
    return Sentences(
        texts=tuple(kept),
        lines=tuple(lines),
        vectors=np.concatenate(vectors),
        offsets=np.concatenate([[0], np.cumsum(counts)]),
        sentence_vectors=sentence_vectors,
        cues=cues,
        encoder=encoder,
    )


def save_sentences(path: Path, sentences: Sentences, *, force: bool = False) -> None:
    """Cache analysed sentences as `.npz` without pickle."""
    words = json.dumps([line.words for line in sentences.lines], ensure_ascii=False)
    with atomic_path(path, force=force) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream,
            texts=np.array(sentences.texts),
            words=np.array(words),
            vectors=sentences.vectors.astype(np.float16),
            counts=np.diff(sentences.offsets),
            sentence_vectors=sentences.sentence_vectors.astype(np.float16),
            cues=sentences.cues.astype(np.float16),
            encoder=np.array(sentences.encoder),
        )


def load_sentences(path: Path) -> Sentences:
    """Read what `save_sentences` wrote."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            lines = tuple(
                Line(tuple((text, tuple((f, t) for f, t in forms)) for text, forms in words))
                for words in json.loads(str(arrays["words"]))
            )
            return Sentences(
                texts=tuple(str(text) for text in arrays["texts"]),
                lines=lines,
                vectors=arrays["vectors"],
                offsets=np.concatenate([[0], np.cumsum(arrays["counts"])]),
                sentence_vectors=arrays["sentence_vectors"],
                cues=arrays["cues"],
                encoder=str(arrays["encoder"]),
            )
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path} is not a cache of analysed sentences: {error}") from error
