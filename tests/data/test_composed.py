"""Gesture units and composed sentences as records, on made-up units and on SmartBody's."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gesture_core.dataset.compose import FPS, Line
from gesture_core.dataset.composed import (
    composed_records,
    korean_lines,
    plan_of,
    unit_records,
)
from gesture_core.dataset.packing import pack_record
from gesture_core.dataset.record import Record
from gesture_core.dataset.store import open_set, write_set
from gesture_core.dataset.units import IDLE, Unit, UnitLibrary, smartbody_units
from gesture_core.errors import UserError
from gesture_core.motion import resample
from gesture_core.rotation import quat_multiply, rotvec_to_quat
from gesture_core.skeleton import HUMANOID

LINES = [
    Line((("안녕하세요", (("안녕", "NNG"), ("하", "XSA"), ("세요", "EF"))),)),
    Line((("저는", (("저", "NP"), ("는", "JX"))), ("안", (("안", "MAG"),)), ("가요", ()))),
    Line((("오늘", (("오늘", "NNG"),)), ("좋아요", (("좋", "VA"), ("어요", "EF"))))),
]


def unit(performer: str, function: str, licence: str = "LGPL-2.1", manner: str = "") -> Unit:
    """An arm that swings out and back within two seconds."""
    swing = np.sin(np.clip((np.arange(31) / 15.0 - 0.3) / 1.4, 0.0, 1.0) * np.pi)
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (31, len(HUMANOID), 1))
    arm = HUMANOID.index("rightLowerArm")
    turn = np.stack([0.0 * swing, swing, 0.0 * swing], axis=1)
    rotations[:, arm] = quat_multiply(rotations[:, arm], rotvec_to_quat(turn))
    idle = function == IDLE
    return Unit(
        name=f"{performer}/{function}",
        performer=performer,
        manner=manner or performer,
        function=function,
        hand="both" if idle else "right",
        parts=("torso", "head", "rightArm"),
        fps=15.0,
        rotations=rotations.astype(np.float32),
        start=0.0 if idle else 0.3,
        stroke=1.0,
        end=2.0 if idle else 1.7,
        size=0.4,
        source=f"made up/{performer}/{function}.skm",
        licence=licence,
    )


FUNCTIONS = ("beat", "negate", "me", IDLE)
LIBRARY = UnitLibrary(
    (
        *(unit("ann", function) for function in FUNCTIONS),
        *(unit("bob", function, "MIT") for function in FUNCTIONS),
        *(unit("mute", function) for function in ("me", IDLE)),
        unit("mannequin", "bow", "CC0-1.0"),
    )
)


def compose(minutes: float = 0.5, seed: int = 0, library: UnitLibrary = LIBRARY) -> list[Record]:
    records = composed_records(
        library, LINES, minutes, seed, text_source="three lines", text_licence="CC0-1.0"
    )
    return list(records)


def as_bytes(records: list[Record]) -> list[tuple[str, bytes, bytes]]:
    return [(clip.name, clip.meta, clip.rows) for clip in map(pack_record, records)]


def test_composing_is_deterministic_and_a_longer_run_begins_alike():
    short, long = compose(0.3), compose(0.6)
    assert as_bytes(short) == as_bytes(compose(0.3))
    assert len(long) > len(short)
    assert as_bytes(long)[: len(short)] == as_bytes(short)
    assert as_bytes(compose(0.3, seed=1))[0][2] != as_bytes(short)[0][2]


def test_the_minutes_are_filled_and_the_names_sorted():
    records = compose(0.5)
    frames = sum(record.motion.frames for record in records)
    assert frames >= 0.5 * 60 * FPS > frames - records[-1].motion.frames
    assert [record.name for record in records] == sorted(record.name for record in records)


def test_performers_move_with_their_own_units():
    records = compose(1.5)
    assert {record.speaker for record in records} == {"ann", "bob"}, "mute has no beats"
    for record in records:
        owners = {name.partition("/")[0] for name in record.provenance["units"]}
        assert owners <= {record.speaker, "mannequin"}
        licences = set(record.licence.split(" AND "))
        assert licences >= {"CC0-1.0", {"ann": "LGPL-2.1", "bob": "MIT"}[record.speaker]}
        assert record.alignment == record.source == "composed"


def test_words_gestures_and_strokes_are_spans():
    for record in compose(0.5):
        spans = record.motion.spans
        words = [span.text for span in spans if span.kind == "word"]
        assert " ".join(record.provenance["sentences"]) == " ".join(words)
        gestures = [span for span in spans if span.kind == "gesture"]
        strokes = [span for span in spans if span.kind == "stroke"]
        plan = plan_of(record.provenance, record.motion.duration)
        assert len(gestures) == len(strokes) == len(plan) == len(record.provenance["units"])
        for gesture, stroke, planned in zip(gestures, strokes, plan, strict=True):
            assert gesture.text == stroke.text == planned.function
            assert stroke.start == stroke.end == planned.stroke
            assert 0.0 <= gesture.start <= stroke.start <= gesture.end
            word = [span for span in spans if span.kind == "word"][planned.word]
            assert abs(planned.stroke - word.start) < 1.0


def test_units_are_records_with_function_and_stroke():
    records = {record.name: record for record in unit_records(LIBRARY)}
    assert len(records) == len(LIBRARY.units)
    negate = records["units/ann/negate"]
    assert (negate.speaker, negate.style, negate.source) == ("ann", "ann", "unit")
    assert negate.alignment == "none"
    assert negate.provenance["hand"] == "right"
    kinds = [(span.kind, span.text, span.start, span.end) for span in negate.motion.spans]
    assert kinds == [("gesture", "negate", 0.3, 1.7), ("stroke", "negate", 1.0, 1.0)]
    np.testing.assert_array_equal(negate.motion.rotations, LIBRARY.units[1].rotations)


def test_both_fit_into_one_set(tmp_path: Path):
    path = tmp_path / "set.lmdb"
    records = [*compose(0.3), *unit_records(LIBRARY)]
    write_set(path, records, {"fps": FPS, "config": {}})
    with open_set(path) as motions:
        assert set(motions.splits) == {"ann", "bob", "mannequin", "mute"}
        name = records[0].name
        assert plan_of(motions.meta(name).provenance, 99.0) == plan_of(records[0].provenance, 99.0)


def test_what_is_missing_is_told():
    silent = UnitLibrary(tuple(unit("ann", function) for function in ("me", IDLE)))
    with pytest.raises(UserError, match="both beat and idle"):
        compose(library=silent)
    restless = UnitLibrary((unit("ann", "beat"), unit("ann", "me")))
    with pytest.raises(UserError, match="both beat and idle"):
        compose(library=restless)
    with pytest.raises(UserError, match="empty.txt holds no Korean"):
        next(composed_records(LIBRARY, [], 1.0, 0, text_source="empty.txt", text_licence=""))


def test_korean_lines_have_words_with_morphemes():
    lines = korean_lines(["저는 안 가요.", "only English", "네!"])
    assert [[text for text, _ in line.words] for line in lines] == [
        ["저는", "안", "가요."],
        ["네!"],
    ]
    assert ("저", "NP") in lines[0].words[0][1]
    assert ("안", "MAG") in lines[0].words[1][1]


def test_smartbody_units_speak(shared_data: Callable[[str], Path], tmp_path: Path):
    (original,) = shared_data("smartbody").rglob("behaviorsets")
    folder = tmp_path / "behaviorsets"
    shutil.copytree(original, folder)
    for path in folder.rglob("*.skm"):  # reading all of them takes long
        if not re.search(
            r"Beat\w*01|[Ii]dle2$|IdleStand01$|WeightShift|_Negat\w*01|_Me\w*01", path.stem
        ):
            path.unlink()
    library = UnitLibrary(tuple(smartbody_units(folder)))
    records = compose(1.0, library=library)
    assert {record.speaker for record in records} == {"brad", "connor"}
    units = [
        replace(record, motion=resample(record.motion, FPS)) for record in unit_records(library)
    ]
    write_set(tmp_path / "set.lmdb", [*records, *units], {"fps": FPS, "config": {}})
    with open_set(tmp_path / "set.lmdb") as motions:
        assert set(motions.splits.values()) == {"train", "validation", "test"}
        assert motions.splits["brad"] == "train", "most clips are brad's"
        motions.verify()
