"""JSON taken apart with the place of every fault named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.json_file import (
    json_list,
    json_number,
    json_numbers,
    json_object,
    json_text,
    read_json,
)


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    path.write_bytes('\ufeff{"말": [1, 2.5]}'.encode())
    assert read_json(path, 1000) == {"말": [1, 2.5]}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{", "not valid JSON"),
        (b'{"a": NaN}', "not valid JSON: it holds NaN"),
        (b"[-Infinity]", "it holds -Infinity"),
        ("말".encode("cp949"), "not valid JSON"),
        (b"[" * 50_000, "nests too deeply"),
        (b" " * 65_537, "larger than 64 KiB"),
    ],
)
def test_what_is_no_json_is_named(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "words.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"words\.json.*{fault}"):
        read_json(path, 64 * 1024)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*absent\.json"):
        read_json(tmp_path / "absent.json", 1000)


def test_values_are_what_they_should_be() -> None:
    assert json_object({"a": 1}, "here") == {"a": 1}
    assert json_list([1], "here") == [1]
    assert json_text("말", "here") == "말"
    assert json_number(3, "here") == 3.0
    np.testing.assert_array_equal(json_numbers([1, 2.5], "here"), [1, 2.5])
    assert json_numbers([], "here").shape == (0,)


@pytest.mark.parametrize(
    ("read", "value", "fault"),
    [
        (json_object, [], "expected an object, found a list"),
        (json_list, {}, "expected a list, found an object"),
        (json_text, 3, "expected text, found a number"),
        (json_text, True, "expected text, found a truth value"),
        (json_number, None, "expected a number, found nothing"),
        (json_number, True, "expected a number, found a truth value"),
        (json_number, "3", "expected a number, found text"),
        (json_number, float("inf"), "a number is too large"),
        (json_numbers, [1, [2]], r"\[1\]: expected a number, found a list"),
        (json_numbers, [10**400], "a number is too large"),
    ],
)
def test_values_that_are_not_are_named(read: object, value: object, fault: str) -> None:
    assert callable(read)
    with pytest.raises(UserError, match=f"^here.*{fault}"):
        read(value, "here")
