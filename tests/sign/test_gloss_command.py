"""`momjit gloss` for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gesture_core.cli import app
from gesture_core.errors import UserError


def test_a_table_says_class_and_rule_and_the_coverage_goes_to_stderr() -> None:
    done = CliRunner().invoke(app, ["gloss", "내일 뭐 먹을까요?"])
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["내일", "sign", "time", "first", "내일"] in rows
    assert ["무엇", "sign", "wh", "last", "뭐"] in rows
    assert "EBf furrow: 먹다 무엇  (wh question)" in done.stdout
    assert "coverage: 3 of 3 glosses have signs (100%): 3 sign; 2 particles" in done.stderr


def test_json_and_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("집에 불이 났어요. 홍길동!\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["gloss", str(path), "--json"])
    tokens = json.loads(done.stdout)["tokens"]
    assert [(t["gloss"], t["class"]) for t in tokens if t["class"] != "dropped"] == [
        ("집", "sign"),
        ("불", "sign"),
        ("홍길동", "fingerspelled"),
    ]
    assert "coverage: 2 of 3" in done.stderr


def test_parts_that_are_spelled_are_told() -> None:
    done = CliRunner().invoke(app, ["gloss", "9호선 타세요"])
    assert "2 of 2 glosses have signs" in done.stderr
    assert done.stderr.rstrip().endswith("spelled within others: 호")


def test_stdin_and_a_text_without_words() -> None:
    done = CliRunner().invoke(app, ["gloss", "-", "--json"], input=" \n")
    assert json.loads(done.stdout) == {"tokens": [], "non_manuals": [], "sentences": []}
    assert "coverage: 0 of 0 glosses have signs (none)" in done.stderr


def test_an_unknown_glosser_is_an_error_of_the_user() -> None:
    with pytest.raises(UserError, match="no glosser 'neural'; valid: rules, korean-order"):
        CliRunner().invoke(app, ["gloss", "집", "--glosser", "neural"], catch_exceptions=False)
