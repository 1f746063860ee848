"""A text made ready to be spoken and gestured to: read, divided and analysed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gesture_core.gestures.features import TextFeatures
from gesture_core.planning.cues import PlanWord, word_flags
from gesture_core.speech.eojeol import Eojeol
from gesture_core.speech.prosody import word_prosody
from gesture_core.text.embedding import embed_sentences
from gesture_core.text.morphemes import Morpheme, analyse, morpheme_vectors
from gesture_core.text.normalize import Normalized, normalize
from gesture_core.text.pronounce import pronounce_words
from gesture_core.text.sentence_cues import sentence_cues
from gesture_core.text.split import Boundary, boundaries
from gesture_core.utterance import Utterance


@dataclass(frozen=True, eq=False)
class Script:
    """W eojeols of a text: how they are read, where they pause, what they consist of."""

    normalized: Normalized
    pauses: tuple[Boundary, ...]
    morphemes: tuple[tuple[Morpheme, ...], ...]

    @cached_property
    def sentence(self) -> NDArray[np.intp]:
        """Number of the sentence of each eojeol, `(W,)`."""
        ended = np.array([pause == "sentence" for pause in self.pauses], dtype=np.intp)
        return np.concatenate([[0], np.cumsum(ended)[:-1]])

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences as they were written."""
        words = self.normalized.words
        numbers = range(int(self.sentence[-1]) + 1)
        return tuple(
            " ".join(word.source for word, at in zip(words, self.sentence, strict=True) if at == n)
            for n in numbers
        )


def read_script(text: str) -> Script:
    """Read a Korean text; `UserError` when nothing in it can be said."""
    normalized = normalize(text)
    pauses = tuple(boundaries(normalized.text, normalized.words))
    return Script(normalized, pauses, analyse(normalized.text, normalized.words))


def script_to_eojeols(script: Script) -> tuple[Eojeol, ...]:
    """What a voice is given: the eojeols as written, as read and as pronounced."""
    readings = [word.reading for word in script.normalized.words]
    pronounced = pronounce_words(readings, [pause != "none" for pause in script.pauses])
    return tuple(
        Eojeol(word.source, word.reading, spoken, pause)
        for word, spoken, pause in zip(
            script.normalized.words, pronounced, script.pauses, strict=True
        )
    )


def script_to_plan_words(script: Script, utterance: Utterance) -> tuple[PlanWord, ...]:
    """What the planner is given: the eojeols with their times and morphemes."""
    return tuple(
        PlanWord(word.text, word.start, word.end, tuple((m.form, m.tag) for m in forms), int(at))
        for word, forms, at in zip(utterance.words, script.morphemes, script.sentence, strict=True)
    )


def script_to_features(
    script: Script, words: tuple[PlanWord, ...], utterance: Utterance
) -> TextFeatures:
    """What planner and generator are given: meaning, time and sound of the words as numbers."""
    vectors = embed_sentences(script.sentences)
    return TextFeatures(
        starts=np.array([word.start for word in words]),
        ends=np.array([word.end for word in words]),
        vectors=morpheme_vectors(script.morphemes),
        sentence=script.sentence,
        sentence_vectors=vectors,
        flags=word_flags(words),
        cues=sentence_cues(vectors, script.sentences),
        prosody=word_prosody(utterance.samples, utterance.rate, utterance.words),
    )
