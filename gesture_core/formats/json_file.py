"""JSON from strangers: read within a size, taken apart with the place of every fault named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn, cast

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError


def read_json(path: Path, max_bytes: int) -> object:
    """The document in a UTF-8 file, with or without a byte-order mark.

    Raises `UserError` naming the file when it cannot be read, is larger than `max_bytes`, is not
    whole JSON, nests too deeply, or holds NaN or Infinity, which JSON has not.
    """
    try:
        if path.stat().st_size > max_bytes:
            raise UserError(f"{path} is larger than {max_bytes // 1024} KiB")
        return json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except RecursionError as error:
        raise UserError(f"{path} nests too deeply") from error
    except ValueError as error:  # also UnicodeDecodeError and JSONDecodeError
        raise UserError(f"{path} is not valid JSON: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"it holds {constant}")


def json_object(value: object, place: str) -> dict[str, object]:
    """`value` as an object; `UserError` naming `place` otherwise."""
    if not isinstance(value, dict):
        raise UserError(f"{place}: expected an object, found {_kind(value)}")
    return cast("dict[str, object]", value)


def json_list(value: object, place: str) -> list[object]:
    """`value` as a list; `UserError` naming `place` otherwise."""
    if not isinstance(value, list):
        raise UserError(f"{place}: expected a list, found {_kind(value)}")
    return cast("list[object]", value)


def json_text(value: object, place: str) -> str:
    """`value` as a string; `UserError` naming `place` otherwise."""
    if not isinstance(value, str):
        raise UserError(f"{place}: expected text, found {_kind(value)}")
    return value


def json_number(value: object, place: str) -> float:
    """`value` as a finite number; `UserError` naming `place` otherwise."""
    return float(json_numbers([value], place)[0])


def json_numbers(value: object, place: str) -> NDArray[np.float64]:
    """`value` as finite numbers (N,) from a flat list; `UserError` naming `place` otherwise."""
    values = json_list(value, place)
    for position, number in enumerate(values):
        if type(number) not in (int, float):  # True is an int to Python, not to JSON
            raise UserError(f"{place}[{position}]: expected a number, found {_kind(number)}")
    try:
        numbers = np.array(values, np.float64)
    except OverflowError as error:
        raise UserError(f"{place}: a number is too large") from error
    if not np.isfinite(numbers).all():  # 1e999 is valid JSON, and infinite
        raise UserError(f"{place}: a number is too large")
    return numbers


def _kind(value: object) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "a list", str: "text", bool: "a truth value"}
    return "nothing" if value is None else kinds.get(type(value), "a number")
