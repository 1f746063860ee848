"""The rule files of the glosser: patterns, and answers to those who edit them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gesture_core.errors import UserError
from gesture_core.resources import data_path
from gesture_core.signing.gloss_patterns import match_pattern, parse_pattern, plain
from gesture_core.signing.gloss_rules import load_rules
from gesture_core.signing.nonmanual import load_forms
from gesture_core.text.morphemes import Morpheme, analyse


def morphemes(text: str) -> list[Morpheme]:
    return [plain(m) for word in analyse(text) for m in word]


def fits(pattern: str, text: str) -> list[tuple[int | None, ...]]:
    row = morphemes(text)
    parts = parse_pattern(pattern)
    found = (match_pattern(parts, row, at) for at in range(len(row)))
    return [places for places in found if places is not None]


def test_a_pattern_fits_alternatives_and_what_may_be_missing() -> None:
    pattern = "ㄹ/ETM 수/NNB 는|가/JX|JKS? 없/VA"
    assert fits(pattern, "갈 수 없어요") == [(1, 2, None, 3)]
    assert fits(pattern, "먹을 수가 없어요") == [(1, 2, 3, 4)]
    assert fits(pattern, "갈 수 있어요") == []


def test_endings_are_compared_in_one_form() -> None:
    assert fits("면/EC", "먹으면") == fits("면/EC", "가면") == [(1,)]
    assert fits("ㅂ니다/EF", "먹습니다") == fits("ㅂ니다/EF", "갑니다") == [(1,)]
    assert fits("ㄴ/ETM", "먹은 것") == fits("ㄴ/ETM", "간 것") == [(1,)]


def test_a_star_is_any_form_or_tag() -> None:
    assert fits("*/VV 고/EC", "먹고") == [(0, 1)]
    assert fits("먹/*", "먹고") == [(0,)]


@pytest.mark.parametrize("pattern", ["", "먹", "/VV", "먹/", "먹/VV/VA", "먹/VV? 고/EC?"])
def test_malformed_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(UserError, match="pattern"):
        parse_pattern(pattern)


def test_shipped_rules_show_only_values_that_the_face_knows() -> None:
    rules = load_rules()
    forms = load_forms()
    for rule in rules.face:
        for channel, value in rule.show.items():
            assert value in forms[channel], rule.rule
    assert {"times", "states"} <= set(rules.lists)


def test_every_face_rule_looks_for_something_that_exists() -> None:
    rules = load_rules()
    marks = {mark for rule in rules.grammar for mark in rule.marks}
    traits = {"polar", "wh", "exclamation", "emphasis"}
    reasons = {reason for _, reason in rules.words.values()}
    assert {rule.when for rule in rules.face} <= marks | traits | reasons


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(data_path("gloss"), tmp_path / "gloss")
    return tmp_path / "gloss"


def test_rules_of_a_folder_are_used(folder: Path) -> None:
    (folder / "face.yaml").write_text("[]", encoding="utf-8")
    assert load_rules(folder).face == ()


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("grammar.yaml", "a: b", "must be a list of rules"),
        ("grammar.yaml", "- {rule: x, when: [가]}", r"entry 1 \(x\): pattern '가'"),
        ("grammar.yaml", "- {rule: x, when: [가/VV], sing: [y]}", "did you mean 'sign'"),
        ("grammar.yaml", "- {rule: x, when: [가/VV], sign: ['(y']}", "is not a gloss"),
        ("grammar.yaml", "- {rule: x, when: [가/VV], sign: [$2]}", "lacks or may leave out"),
        ("grammar.yaml", "- {rule: x, when: ['가/VV? 어/EC'], sign: [$1]}", "lacks or may leave"),
        ("face.yaml", "- {rule: x, when: wh, over: sky, show: {EBf: raise}}", "must be one of"),
        ("face.yaml", "- {rule: x, when: wh, over: sign, show: {Brow: up}}", "no channel 'Brow'"),
        (
            "face.yaml",
            "- {rule: x, when: wh, over: sign, show: {EBf: up}}",
            "no value 'up'",
        ),
        ("words.yaml", "kind: [a]", "must map words to glosses"),
        ("words.yaml", "a: {가다: 오다}\nb: {가다: 보다}", "가다 is also under a"),
        ("lists.yaml", "time: 오늘", "unknown"),
    ],
)
def test_mistakes_are_named_with_their_place(
    folder: Path, file: str, text: str, message: str
) -> None:
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as failed:
        load_rules(folder)
    assert file in str(failed.value)
