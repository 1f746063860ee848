"""AI Hub's sign corpora: small folders of our own in their layouts, and broken ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.aihub import (
    NON_MANUALS,
    ClipName,
    parse_clip_name,
    read_aihub_keypoints,
    read_aihub_keypoints_3d,
    read_aihub_morphemes,
    read_niasl_script,
)
from gesture_core.keypoints import keypoint
from gesture_core.motion import Span

CLIP = "NIA_SL_SEN9001_REAL01_F"
CORPUS = Path(__file__).resolve().parent.parent / "fixtures" / "aihub"
KEYPOINT_FOLDER = CORPUS / "01_real_sen_keypoint" / "01" / CLIP
MORPHEMES = CORPUS / "01_real_sen_morpheme" / "01" / f"{CLIP}_morpheme.json"
SCRIPT = CORPUS / "niasl2021_sentence.json"


def test_keypoints_of_a_clip() -> None:
    crowd = read_aihub_keypoints(KEYPOINT_FOLDER)
    assert (crowd.fps, crowd.width, crowd.height) == (30, 1920, 1080)
    # a person alone, in a list (frame 2), and a frame that is not there (3)
    assert [len(people) for people in crowd.frames] == [1, 1, 1, 0, 1]
    for number in (0, 1, 2, 4):  # the right hand rises by 20 pixels a frame
        (found,) = crowd.frames[number]
        np.testing.assert_allclose(found[keypoint("rightWrist")], [800, 700 - 20 * number, 0.9])
        np.testing.assert_allclose(found[keypoint("rightHandWrist")], found[keypoint("rightWrist")])
        np.testing.assert_allclose(found[keypoint("leftHandWrist")], [1120, 700, 0.9])
        np.testing.assert_allclose(found[keypoint("face8")], [960, 350, 0.9])
        assert not found[keypoint("rightKnee")].any()


def test_keypoints_in_space() -> None:
    found = read_aihub_keypoints_3d(KEYPOINT_FOLDER)
    assert found.shape == (5, 137, 4)
    np.testing.assert_allclose(found[1, keypoint("rightWrist")], [-16, 14, 300, 0.9])
    assert not found[3].any()
    assert not found[0, keypoint("leftAnkle")].any()


def test_two_people_in_space_are_one_too_many(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(KEYPOINT_FOLDER, tmp_path / CLIP))
    path = folder / f"{CLIP}_000000000002_keypoints.json"
    document = json.loads(path.read_text())
    document["people"] *= 2
    path.write_text(json.dumps(document))
    assert len(read_aihub_keypoints(folder).frames[2]) == 2
    with pytest.raises(UserError, match="frame 2 holds 2 people"):
        read_aihub_keypoints_3d(folder)


def test_a_broken_frame_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(KEYPOINT_FOLDER, tmp_path / CLIP))
    path = folder / f"{CLIP}_000000000001_keypoints.json"
    path.write_text(path.read_text().replace("0.9", "NaN", 1))
    for read in (read_aihub_keypoints, read_aihub_keypoints_3d):
        with pytest.raises(UserError, match="000000000001_keypoints.json.*NaN"):
            read(folder)


def test_morphemes_become_glosses_in_order() -> None:
    assert read_aihub_morphemes(MORPHEMES) == (
        Span("gloss", "안녕", 0.4, 1.0, "aihub"),
        Span("gloss", "서울", 1.1, 1.7, "aihub"),
        Span("gloss", "가다", 1.7, 2.1, "aihub"),
    )


def test_a_script_has_hands_and_non_manuals() -> None:
    script = read_niasl_script(SCRIPT)
    assert script.text == "오늘 오후에는 비가 많이 오겠습니다."
    glosses = [(span.text, span.source) for span in script.spans if span.kind == "gloss"]
    expected = [("오늘1", "both"), ("오후1", "strong"), ("비1", "both"), ("많다1", "strong")]
    assert glosses == expected
    others = [span for span in script.spans if span.kind == "nonmanual"]
    assert others == [
        Span("nonmanual", "비", 1.4, 1.9, "Mmo"),
        Span("nonmanual", "EBf", 2.0, 2.5, "EBf"),
        Span("nonmanual", "Hno", 2.4, 2.6, "Hno"),
    ]
    assert {span.source for span in others} <= set(NON_MANUALS)
    starts = [span.start for span in script.spans]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NIA_SL_SEN0054_REAL06_F", ClipName("sentence", 54, "REAL06", "front")),
        ("NIA_SL_WORD1185_SYN02_U.mp4", ClipName("word", 1185, "SYN02", "above")),
        ("NIA_SL_FS0003_CROWD11_L_morpheme.json", ClipName("fingerspelling", 3, "CROWD11", "left")),
    ],
)
def test_a_clips_name_tells_signer_and_view(name: str, expected: ClipName) -> None:
    assert parse_clip_name(name) == expected


@pytest.mark.parametrize("name", ["", "talk.mp4", "NIA_SL_SEN_REAL06_F", "NIA_SL_SEN1_REAL06_X"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UserError, match="not a clip name such as"):
        parse_clip_name(name)


def morpheme(**changes: Any) -> dict[str, Any]:
    entry = {"start": 0.1, "end": 0.5, "attributes": [{"name": "집"}]} | changes
    return {"metaData": {}, "data": [entry]}


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ([], "expected an object, found a list"),
        ({"metaData": {}}, "no 'data'; is it a sentence of NIASL2021"),
        ({"data": {}}, "data: expected a list"),
        ({"data": [3]}, r"data\[0\]: expected an object, found a number"),
        (morpheme(start="0.1"), r"data\[0\]\.start\[0\]: expected a number, found text"),
        (morpheme(end=None), r"data\[0\]\.end\[0\]: expected a number, found nothing"),
        (morpheme(end=0.05), r"data\[0\] lasts from 0.1 to 0.05 s"),
        (morpheme(start=-1), r"data\[0\] lasts from -1"),
        (morpheme(attributes=[]), r"data\[0\] names no sign"),
        (morpheme(attributes="집"), "attributes: expected a list, found text"),
        (morpheme(attributes=[{"name": 7}]), "expected text, found a number"),
    ],
)
def test_broken_morphemes_are_named(tmp_path: Path, document: Any, fault: str) -> None:
    path = tmp_path / "clip_morpheme.json"
    path.write_text(json.dumps(document))
    with pytest.raises(UserError, match=fault) as caught:
        read_aihub_morphemes(path)
    assert "clip_morpheme.json" in str(caught.value)


def script(**changes: Any) -> dict[str, Any]:
    return {"krlgg_sntenc": {"koreanText": "비가 온다."}, "sign_script": {}} | changes


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (morpheme(), "no 'sign_script'; is it a morpheme file"),
        (script(krlgg_sntenc=None), "krlgg_sntenc: expected an object, found nothing"),
        (script(krlgg_sntenc={"koreanText": []}), "koreanText: expected text, found a list"),
        (script(sign_script=[1]), "sign_script: expected an object"),
        (script(sign_script={"sign_gestures_weak": [1]}), r"sign_gestures_weak\[0\]: expected"),
        (
            script(nms_script={"EBf": [{"start": 1, "end": 0}]}),
            r"nms_script\.EBf\[0\] lasts from 1 to 0 s",
        ),
    ],
)
def test_broken_scripts_are_named(tmp_path: Path, document: Any, fault: str) -> None:
    path = tmp_path / "sentence.json"
    path.write_text(json.dumps(document))
    with pytest.raises(UserError, match=fault) as caught:
        read_niasl_script(path)
    assert "sentence.json" in str(caught.value)


def test_a_sentence_without_annotation_has_no_spans(tmp_path: Path) -> None:
    path = tmp_path / "sentence.json"
    path.write_text(json.dumps(script(sign_script=None, nms_script=None)))
    assert read_niasl_script(path).spans == ()
