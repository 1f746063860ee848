"""Strict settings: unknown keys, wrong types and overrides."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from gesture_core.config import config_to_dict, load_config, read_yaml
from gesture_core.errors import UserError


@dataclass(frozen=True)
class Inner:
    rate: float = 1.0
    mode: Literal["a", "b"] = "a"

    def __post_init__(self) -> None:
        if self.rate > 5.0:
            raise UserError("a rate is at most 5")


@dataclass(frozen=True)
class Outer:
    name: str
    steps: int = 3
    inner: Inner = field(default_factory=Inner)
    sizes: tuple[int, ...] = (1,)
    folder: Path | None = None


def yaml_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_and_overrides_fill_the_dataclass(tmp_path: Path) -> None:
    path = yaml_file(tmp_path, "name: 몸짓\ninner: {rate: 2}\nsizes: [4, 5]\n")
    config = load_config(Outer, path, ["inner.mode=b", "steps=9", "folder=/x", "inner.rate=1e-4"])
    assert config == Outer("몸짓", 9, Inner(1e-4, "b"), (4, 5), Path("/x"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: x\nstep: 3", "unknown setting 'step'; did you mean 'steps'"),
        ("name: x\ninner: {rat: 1}", "did you mean 'rate'"),
        ("steps: 3", "missing setting name"),
        ("name: x\nsteps: many", "steps must be int"),
        ("name: x\nsteps: true", "steps must be int"),
        ("name: x\ninner: {rate: .nan}", "inner: rate must be a finite number, not nan"),
        ("name: x\ninner: {rate: -.inf}", "inner: rate must be a finite number"),
        ("name: x\ninner: {rate: 1" + 400 * "0" + "}", "inner: rate must be a finite number"),
        ("name: x\ninner: {rate: 7}", "c.yaml: inner: a rate is at most 5"),
        ("name: x\ninner: 3", "inner must be a group of settings"),
        ("name: x\ninner: {mode: c}", "one of a, b"),
        ("name: x\nsizes: 3", "sizes must be a list"),
        ("- 1", "mapping"),
        ("name: [", "not valid YAML"),
        ("name: !!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_a_wrong_file_is_one_clear_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_config(Outer, yaml_file(tmp_path, text))


def test_an_override_without_equals_is_refused() -> None:
    with pytest.raises(UserError, match="key=value"):
        load_config(Outer, None, ["steps"])


def test_a_resolved_configuration_keeps_no_folders() -> None:
    config = Outer("x", folder=Path("/somebody/private/data.lmdb"))
    assert config_to_dict(config) == {
        "name": "x",
        "steps": 3,
        "inner": {"rate": 1.0, "mode": "a"},
        "sizes": (1,),
        "folder": "data.lmdb",
    }


NINE = ", ".join(["*{0}"] * 9)
BOMB = "a: &a [x]\n" + "".join(
    f"{b}: &{b} [{NINE.format(a)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=False)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "stands for more than 200000 values"),
        ("a: &a [*a]\n", "stands for more than 200000 values"),
        ("[" * 200_000, "nested more than 50 levels deep"),
        ("- " * 200_000, "nested more than 50 levels deep"),
        ("day: 2026-13-45\n", "not valid YAML: month must be in 1..12"),
    ],
)
def test_a_hostile_file_is_refused_before_it_is_built(tmp_path, text, message):
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        read_yaml(path)


def test_aliases_are_no_mistake(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("a: &a {x: 1}\nb: [*a, *a]\n")
    assert read_yaml(path) == {"a": {"x": 1}, "b": [{"x": 1}, {"x": 1}]}
