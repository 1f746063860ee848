"""What a sentence does and which emotion it shows, from its embedding and its ending.

Korean marks the speech act at the end of the sentence, where the embedding alone is blind: 먹었니
and 먹었다 are nearly one vector. So the last letters and the punctuation are heard as well.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import load_checkpoint
from gesture_core.errors import UserError
from gesture_core.resources import data_path

if TYPE_CHECKING:
    from gesture_core.models.cue_heads import CueHeads

ACTS = (
    "statement",
    "question",
    "command",
    "rhetorical_question",
    "rhetorical_command",
    "intonation",
)
"""Speech acts of 3i4k in the order of its labels 1–6; the last depends on the intonation."""
EMOTIONS = ("joy", "affection", "sadness", "anger", "fear", "surprise", "remorse", "neutral")
CUES: tuple[str, ...] = (*ACTS, *EMOTIONS)

KIND = "cues"
_LETTERS = 4
"""The endings of 1 to so many letters are heard."""
_MARKS = "?!."


def sentence_cues(
    sentence_vectors: NDArray[np.floating], texts: Sequence[str]
) -> NDArray[np.float32]:
    """Probabilities (S, len(CUES)) of the cues of S sentences.

    `sentence_vectors` (S, E) are those of the default `text.embedding`, `texts` the sentences as
    written. The acts sum to 1; the emotions are independent. Raises UserError for vectors of
    another encoder.
    """
    import torch

    from gesture_core.models.cue_heads import probabilities

    if len(sentence_vectors) != len(texts):
        raise ValueError(f"{len(sentence_vectors)} vectors of {len(texts)} sentences")
    if not texts:
        return np.zeros((0, len(CUES)), dtype=np.float32)
    heads = load_cue_heads()
    if sentence_vectors.shape[1] != heads.config.embedding:
        raise UserError(
            f"sentence cues need the {heads.config.embedding} numbers of the default sentence "
            f"encoder, not {sentence_vectors.shape[1]}"
        )
    vectors = torch.from_numpy(np.asarray(sentence_vectors, dtype=np.float32))
    endings = torch.from_numpy(ending_buckets(texts, heads.config.endings))
    with torch.no_grad():
        return probabilities(*heads(vectors, endings)).numpy()


def ending_buckets(texts: Sequence[str], buckets: int) -> NDArray[np.int64]:
    """Hashes (S, 5) of the last mark and of the last 1 to 4 letters of each sentence."""
    rows = []
    for text in texts:
        letters = text.rstrip(" .,!?~…\"'")
        tail = text[len(letters) :]
        mark = next((mark for mark in _MARKS if mark in tail), "")
        keys = [f"mark {mark}", *(letters[-count:] for count in range(1, _LETTERS + 1))]
        rows.append([zlib.crc32(key.encode()) % buckets for key in keys])
    return np.array(rows, dtype=np.int64).reshape(-1, _LETTERS + 1)


@cache
def load_cue_heads(path: Path | None = None) -> CueHeads:
    """Load trained heads, by default those that ship with momjit."""
    from gesture_core.config import config_from_dict
    from gesture_core.models.cue_heads import CueHeads, CueHeadsConfig

    checkpoint = load_checkpoint(path or data_path("models/cues/cues.safetensors"), KIND)
    if tuple(checkpoint.details.get("cues", ())) != CUES:
        raise UserError(f"the cue heads know other cues than {', '.join(CUES)}")
    heads = CueHeads(config_from_dict(CueHeadsConfig, checkpoint.details["model"], "checkpoint"))
    heads.load_state_dict({name: t.float() for name, t in checkpoint.tensors.items()})
    return heads.eval().requires_grad_(False)
