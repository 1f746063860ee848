"""Korean sentences labelled with speech acts and emotions: read, marked, embedded, cached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.text.sentence_cues import ACTS, EMOTIONS
from gesture_core.train.sentences import choose_texts, read_texts

CORPORA = ("3i4k", "kote", "goemotions")
TRAIN, TEST = 0, 1
_CHUNK = 64
_LONGEST = 120
"""Letters; longer comments are not what one says in one breath."""

_KOTE: dict[str, tuple[int, ...]] = {
    "joy": (13, 28, 40, 42),
    "affection": (1, 4, 16, 32),
    "sadness": (5, 10, 19, 36),
    "anger": (0, 6, 22, 31),
    "fear": (18, 41),
    "surprise": (34, 39),
    "remorse": (30,),
    "neutral": (24,),
}
"""Emotion and its labels in KOTE, as numbered there (불평 0 … 안심 43)."""
_GOEMOTIONS: dict[str, tuple[int, ...]] = {
    "joy": (1, 13, 17, 21, 23),
    "affection": (5, 15, 18),
    "sadness": (9, 16, 25),
    "anger": (2, 3, 11),
    "fear": (14, 19),
    "surprise": (26,),
    "remorse": (24,),
    "neutral": (27,),
}
"""Emotion and its labels in GoEmotions, as numbered there (admiration 0 … neutral 27)."""


@dataclass(frozen=True, eq=False)
class CueData:
    """N labelled sentences.

    `vectors` (N, E) embeddings; `acts` (N,) index of the act, −1 unknown; `emotions` (N, M) of 0
    and 1, −1 unknown; `corpus` (N,) index into `CORPORA`; `part` (N,) `TRAIN` or `TEST`.
    """

    texts: tuple[str, ...]
    vectors: NDArray[np.floating]
    acts: NDArray[np.int64]
    emotions: NDArray[np.int64]
    corpus: NDArray[np.int64]
    part: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class _Row:
    text: str
    act: int
    emotions: tuple[int, ...]
    corpus: int
    part: int


def held_out_texts(folder: Path, held_out: int, texts: int = 24000, seed: int = 0) -> set[str]:
    """The sentences that the gesture model is tested with; nothing may be trained on them."""
    chosen = choose_texts(read_texts(folder), texts, seed)
    kept = [text for text in chosen if any("가" <= letter <= "힣" for letter in text)]
    return set(kept[:held_out])


def read_cue_data(
    folder: Path,
    per_act: int,
    emotional: int,
    held_out: int,
    rng: np.random.Generator,
    progress: Progress = silent,
) -> CueData:
    """Sentences of the `text_ko` archive, embedded; about 350 a second.

    At most `per_act` of each speech act and `emotional` of each corpus of emotions; the
    `held_out` test sentences of the gesture model are left out.
    """
    from gesture_core.text.embedding import embed_sentences

    rows = _act_rows(folder, per_act, held_out_texts(folder, held_out), rng)
    for corpus, names, groups in (
        ("kote", ("kote/val.tsv",), _KOTE),
        ("goemotions", ("goemotions_ko/train.tsv", "goemotions_ko/test.tsv"), _GOEMOTIONS),
    ):
        rows += _emotion_rows(folder, corpus, names, groups, emotional, rng)
    vectors: list[NDArray[np.floating]] = []
    for start in range(0, len(rows), _CHUNK):
        vectors.append(embed_sentences([row.text for row in rows[start : start + _CHUNK]]))
        progress(start / len(rows), "embedding sentences")
    return CueData(
        texts=tuple(row.text for row in rows),
        vectors=np.concatenate(vectors),
        acts=np.array([row.act for row in rows]),
        emotions=np.array([row.emotions for row in rows]),
        corpus=np.array([row.corpus for row in rows]),
        part=np.array([row.part for row in rows]),
    )


def _act_rows(
    folder: Path, per_act: int, excluded: set[str], rng: np.random.Generator
) -> list[_Row]:
    """3i4k without its fragments; half of it gets the mark with which one would write it."""
    path = folder / "3i4k" / "fci_train_val.txt"
    unknown = (-1,) * len(EMOTIONS)
    acts: dict[str, int] = {}
    for line in _lines(path):
        label, _, text = line.partition("\t")
        if label != "0" and text.strip() not in excluded:
            acts[text.strip()] = int(label) - 1
    rows: list[_Row] = []
    taken = [0] * len(ACTS)
    order = rng.permutation(len(acts))
    texts = list(acts)
    for text in (texts[int(i)] for i in order):
        act = acts[text]
        taken[act] += 1
        if taken[act] > per_act:
            continue
        part = TEST if taken[act] % 10 == 0 else TRAIN
        if rng.random() < 0.5:
            text, act = _marked(text, act, rng)
        rows.append(_Row(text, act, unknown, CORPORA.index("3i4k"), part))
    return rows


def _marked(text: str, act: int, rng: np.random.Generator) -> tuple[str, int]:
    """A sentence with a mark; the mark settles what depends on the intonation."""
    name = ACTS[act]
    if name == "intonation":
        asked = rng.random() < 0.5
        return (f"{text}?", ACTS.index("question")) if asked else (f"{text}.", 0)
    if "question" in name:
        return f"{text}?", act
    return f"{text}{'.' if rng.random() < 0.8 else '!'}", act


def _emotion_rows(
    folder: Path,
    corpus: str,
    names: Sequence[str],
    groups: dict[str, tuple[int, ...]],
    most: int,
    rng: np.random.Generator,
) -> list[_Row]:
    """Rows `text <tab> labels` (KOTE has an id before); of GoEmotions half of the neutral ones."""
    number = CORPORA.index(corpus)
    found: dict[str, _Row] = {}
    for file, name in enumerate(names):
        lines = _lines(folder / name)
        for index in rng.permutation(len(lines))[: most if file == 0 else most // 6]:
            *_, text, labels = lines[int(index)].split("\t")
            given = {int(label) for label in labels.split(",")}
            emotions = tuple(int(bool(given & set(groups[emotion]))) for emotion in EMOTIONS)
            test = file == 1 or (len(names) == 1 and index % 10 == 0)
            if 0 < len(text) <= _LONGEST and text not in found:
                part = TEST if test else TRAIN
                found[text] = _Row(text.strip(), -1, emotions, number, part)
    return list(found.values())


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        raise UserError(f"{path} is missing; unpack text_ko.tar.xz and name its folder")
    return path.read_text(encoding="utf-8").splitlines()


def save_cue_data(path: Path, data: CueData, *, force: bool = False) -> None:
    """Cache labelled, embedded sentences as `.npz` without pickle."""
    with atomic_path(path, force=force) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream,
            texts=np.array(data.texts),
            vectors=data.vectors.astype(np.float16),
            acts=data.acts,
            emotions=data.emotions,
            corpus=data.corpus,
            part=data.part,
        )


def load_cue_data(path: Path) -> CueData:
    """Read what `save_cue_data` wrote."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            numbers = {n: arrays[n] for n in ("vectors", "acts", "emotions", "corpus", "part")}
            return CueData(texts=tuple(str(text) for text in arrays["texts"]), **numbers)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path} is not a cache of labelled sentences: {error}") from error
