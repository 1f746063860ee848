"""Morpheme vectors of Kiwi's CoNg language model, read from the installed kiwipiepy_model.

The file holds one 256-d output embedding per morpheme, in groups of eight 4-bit numbers. The
layout is not documented: it was read off Kiwi's source (Apache-2.0, `src/CoNgramModel.cpp`) and
checked against `Kiwi.morpheme_similarity`; hence the exact version.
"""

import struct
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError

MODEL_VERSION = "0.24.0"
VOCABULARY = 70_488
DIMENSION = 256

_HEADER = struct.Struct("<QQHHBBBBQQQQQ")
_GROUP = 8
_CODES = DIMENSION // 2  # bytes of 4-bit codes a row
_GROUPS = DIMENSION // _GROUP
_ROW = _CODES + 2 + _GROUPS  # codes, one float16 scale, one byte (scale and zero point) a group
_LOCAL_SCALE_STEP = 1 / 8


class CongVectors(NamedTuple):
    """The quantised rows `(V, 162)` uint8 of the model file, mapped and not read."""

    rows: NDArray[np.uint8]

    def unit_vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Unit vectors `(N, 256)` of morpheme ids (see `vocabulary_id`)."""
        rows = np.asarray(self.rows[np.asarray(ids, dtype=np.int64)])
        codes = np.empty((len(rows), DIMENSION), dtype=np.float32)
        codes[:, 0::2] = rows[:, :_CODES] & 0x0F
        codes[:, 1::2] = rows[:, :_CODES] >> 4
        groups = rows[:, _CODES + 2 :]
        scale = ((groups & 0x3F) + 9).astype(np.float32) * _LOCAL_SCALE_STEP
        zero = ((groups >> 6) + 6).astype(np.float32)
        grouped = (codes.reshape(-1, _GROUPS, _GROUP) - zero[..., None]) * scale[..., None]
        vectors = grouped.reshape(-1, DIMENSION)
        # The row's float16 scale cancels in a unit vector.
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


@cache
def load_cong() -> CongVectors:
    """Map the vectors of the installed `kiwipiepy_model`; UserError for another version."""
    installed = metadata.version("kiwipiepy_model")
    if installed != MODEL_VERSION:
        raise UserError(
            f"kiwipiepy_model {installed} is installed, but momjit's models were trained with "
            f"{MODEL_VERSION}: pip install kiwipiepy_model=={MODEL_VERSION}"
        )
    import kiwipiepy_model

    return read_cong(Path(kiwipiepy_model.__file__).parent / "cong.mdl")


def read_cong(path: Path) -> CongVectors:
    """Map the output embeddings of a CoNg model file; UserError if it is not the known layout."""
    size = path.stat().st_size
    if size < _HEADER.size:
        raise UserError(f"{path}: too short for a CoNg model")
    with path.open("rb") as file:
        header = _HEADER.unpack(file.read(_HEADER.size))
    vocabulary, contexts, dimension, _, _, window, code_bits, group, *_, offset = header
    if (vocabulary, dimension, code_bits, group) != (VOCABULARY, DIMENSION, 4, _GROUP):
        raise UserError(
            f"{path}: a CoNg model of {vocabulary} × {dimension} in {code_bits} bits, not "
            f"{VOCABULARY} × {DIMENSION} in 4 bits"
        )
    context_row = _ROW + 2 + (4 if window else 0)
    start = offset + contexts * context_row
    if start + vocabulary * _ROW > size:
        raise UserError(f"{path}: the CoNg model is truncated")
    rows = np.memmap(path, dtype=np.uint8, mode="r", offset=start, shape=(vocabulary, _ROW))
    return CongVectors(rows)


def vocabulary_id(token_id: int, base_id: int) -> int | None:
    """Row of a Kiwi token: its own id, else that of its base form; None where it has no vector."""
    for candidate in (token_id, base_id):
        if 0 <= candidate < VOCABULARY:
            return candidate
    return None
