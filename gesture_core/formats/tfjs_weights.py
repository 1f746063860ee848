"""Weights as TensorFlow.js keeps them: a JSON manifest beside files of plain numbers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.json_file import (
    json_list,
    json_number,
    json_numbers,
    json_object,
    json_text,
    read_json,
)

MAX_MANIFEST = 2**20
MAX_WEIGHTS = 2**29
"""Bytes of a manifest and of all its files."""
_DTYPES = {"float32": np.dtype("<f4"), "uint8": np.dtype("u1"), "uint16": np.dtype("<u2")}


def read_tfjs_weights(manifest: Path) -> dict[str, NDArray[np.float32]]:
    """The named arrays of a `…-weights_manifest.json`, quantised ones turned back into floats.

    `UserError` names the place of what is missing, unknown or does not add up.
    """
    weights: dict[str, NDArray[np.float32]] = {}
    for number, group in enumerate(json_list(read_json(manifest, MAX_MANIFEST), str(manifest))):
        place = f"{manifest}: group {number}"
        entry = json_object(group, place)
        data = _read_files(manifest, json_list(entry.get("paths"), f"{place}: paths"), place)
        start = 0
        for row in json_list(entry.get("weights"), f"{place}: weights"):
            name, array, start = _read_array(json_object(row, place), data, start, place)
            weights[name] = array
        if start != len(data):
            raise UserError(f"{place}: its weights take {start} bytes, its files {len(data)}")
    return weights


def _read_files(manifest: Path, paths: list[object], place: str) -> bytes:
    whole = b""
    for value in paths:
        name = json_text(value, f"{place}: paths")
        if Path(name).name != name:
            raise UserError(f"{place}: {name!r} is not the name of a file beside the manifest")
        path = manifest.parent / name
        try:
            if path.stat().st_size + len(whole) > MAX_WEIGHTS:
                raise UserError(f"{path} is larger than {MAX_WEIGHTS // 2**20} MiB")
            whole += path.read_bytes()
        except OSError as error:
            raise UserError(f"cannot read {path}: {error.strerror}") from error
    return whole


def _read_array(
    row: dict[str, object], data: bytes, start: int, place: str
) -> tuple[str, NDArray[np.float32], int]:
    """One array: its name, its numbers, and where the next one starts."""
    name = json_text(row.get("name"), f"{place}: name")
    place = f"{place}: {name}"
    shape = [int(size) for size in json_numbers(row.get("shape"), f"{place}: shape")]
    quantised = row.get("quantization")
    scale = json_object(quantised, place) if quantised is not None else {}
    kind = json_text(scale.get("dtype", row.get("dtype")), f"{place}: dtype")
    if kind not in _DTYPES or any(size < 0 for size in shape):
        raise UserError(f"{place}: cannot read {kind!r} numbers of shape {shape}")
    count = math.prod(shape)
    end = start + count * _DTYPES[kind].itemsize
    if end > len(data):
        raise UserError(f"{place}: ends at byte {end} of {len(data)}")
    array = np.frombuffer(data, _DTYPES[kind], count, start).astype(np.float32).reshape(shape)
    if scale:
        factor, least = (json_number(scale.get(key), f"{place}: {key}") for key in ("scale", "min"))
        array = array * np.float32(factor) + np.float32(least)
    return name, array, end
