"""Emblem files: the shipped ones, a user's own, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.errors import UserError
from gesture_core.gestures.hand_shapes import point_offset, shape_rotations
from gesture_core.planning.emblem_table import Point, load_emblems
from gesture_core.planning.patterns import find_pattern
from gesture_core.rotation import quat_identity
from gesture_core.skeleton import FINGERS, HUMANOID, finger_joints

GOOD = """
salute:
  ko: 경례
  en: salute
  words: [경례/NNG]
  poses:
    - seconds: 0.5
      hand: {anchor: forehead, place: [0.1, 0, 0], fingers: [-0.8, 0.5, 0],
        palm: [0, -0.5, -0.8], shape: flat}
"""


def folder_with(path: Path, text: str, name: str = "own.yaml") -> Path:
    (path / name).write_text(text, encoding="utf-8")
    return path


def test_shipped_emblems_cover_what_was_asked_for():
    table = load_emblems()
    wanted = (
        "hello bow thanks sorry this_way here up down one ten counting big small many few no yes"
    )
    assert set(wanted.split()) <= set(table.emblems)
    assert all(e.ko and e.en and e.source and e.words for e in table.emblems.values())


def test_an_own_folder_adds_and_overrides(tmp_path):
    folder = folder_with(tmp_path, GOOD + GOOD.replace("salute:", "stop:"))
    table = load_emblems(folder)
    assert table.emblems["salute"].file == "own.yaml"
    assert table.emblems["stop"].ko == "경례"
    assert load_emblems().emblems["stop"].ko != "경례"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("anchor: forehead", "anchor: knee", "anchor must be one of"),
        ("shape: flat", "shape: flatt", "did you mean 'flat'"),
        ("place: [0.1, 0, 0]", "place: [0.1, 0]", "place must have 3 numbers"),
        ("palm: [0, -0.5, -0.8]", "palm: [-0.8, 0.5, 0]", "right angles"),
        ("words: [경례/NNG]", "words: [경례]", "not a form and a tag"),
        ("words: [경례/NNG]", "words: ['@nothing/NNG']", "no list 'nothing'"),
        ("words: [경례/NNG]", "negated: nay", "no emblem 'nay'"),
        ("  en: salute", "  en: salute\n  retractoin: 1", "did you mean 'retraction'"),
        ("seconds: 0.5", "seconds: 0", "seconds must be positive"),
        ("  en: salute", "  en: salute\n  name: x", "leave out name"),
        ("hand:", "knee:", "unknown setting 'knee'"),
    ],
)
def test_mistakes_are_named(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(UserError, match="own.yaml.*salute") as caught:
        load_emblems(folder_with(tmp_path, GOOD.replace(old, new)))
    assert message in str(caught.value)


def test_no_such_folder(tmp_path):
    with pytest.raises(UserError, match="no folder of emblems"):
        load_emblems(tmp_path / "missing")


def test_timeline_runs_from_the_stroke():
    hello = load_emblems().emblems["hello"]
    rows = hello.timeline()
    assert rows[0] == (0, 0.0, 0.0)
    assert len(rows) == len(hello.poses) * hello.repeat
    assert rows[-1][2] == pytest.approx(hello.kept)


@pytest.mark.parametrize("name", sorted(load_emblems().shapes))
def test_hand_shapes_stay_within_the_joints(name):
    rotations = quat_identity((len(HUMANOID),))
    joints = [j for finger in FINGERS for j in finger_joints("left", finger)]
    rotations[HUMANOID.indices(tuple(joints))] = shape_rotations(load_emblems().shapes[name])
    assert limit_use(humanoid_limits(), rotations[None]).max() <= 1.0


def test_hand_shapes_look_like_their_names():
    shapes = load_emblems().shapes

    def gap(name: str, one: Point, other: Point) -> float:
        return float(
            np.linalg.norm(point_offset(shapes[name], one) - point_offset(shapes[name], other))
        )

    assert gap("ring", "thumb", "index") < 0.02 < gap("five", "thumb", "index")
    assert gap("heart", "thumb", "index") < 0.02
    assert 0.03 < gap("pinch", "thumb", "index") < 0.07
    for number, name in enumerate(("point", "two", "three", "four", "five"), start=1):
        tips = [point_offset(shapes[name], f) for f in ("index", "middle", "ring", "little")]
        raised = sum(tip[0] > 0.125 for tip in tips) + (gap(name, "thumb", "little") > 0.12)
        assert raised == number, name


def test_patterns():
    row = [("집", "NNG"), ("이", "JKS"), ("정말", "MAG"), ("크", "VA"), ("어요", "EC"), (",", "SP")]
    assert find_pattern("집|방/NNG 이/JKS 크/VA 어요/EF", row, len(row)) == 0
    assert find_pattern("크/VA", row, 3) is None
    assert find_pattern("^ 이/JKS", row, len(row)) is None
    assert find_pattern("*/NNG */JKS", row, len(row)) == 0
    denied = [("집", "NNG"), ("이", "JKS"), ("안", "MAG"), ("크", "VA-I")]
    assert find_pattern("집/NNG 이/JKS 크/VA", denied, len(denied)) is None
    assert find_pattern("안/MAG 크/VA", denied, len(denied)) == 2
