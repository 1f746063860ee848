"""Korean Sign Language of AI Hub: keypoints, morphemes and annotated sentences.

Layouts as the public loaders of dataset 103 (`NIA_SL_…`) and of the NIASL2021 corpus read them;
the data itself is to be had from https://aihub.or.kr only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.crowd import crowd_of
from gesture_core.formats.json_file import (
    json_list,
    json_number,
    json_object,
    json_text,
    read_json,
)
from gesture_core.formats.openpose import read_frames
from gesture_core.keypoints import KEYPOINTS, Crowd
from gesture_core.motion import Span

Array = NDArray[np.float64]

FPS, WIDTH, HEIGHT = 30.0, 1920, 1080
"""Of every clip of dataset 103."""

MAX_SCRIPT_BYTES = 16 * 1024**2

HANDS = ("both", "strong", "weak")
"""NIASL2021's tiers of glosses: the hands that sign, strong being the dominant one."""
NON_MANUALS = ("EBf", "Hno", "Hs", "Mo1", "Mctr", "Ci", "Tbt", "Mmo")
"""NIASL2021's tiers of brows, head, mouth, cheeks, tongue and mouthing, under its own names."""

_CLIP = re.compile(
    r"NIA_SL_(?P<kind>SEN|WORD|FS)(?P<number>\d+)_(?P<signer>(?:REAL|SYN|CROWD)\d+)_(?P<view>[FDLRU])"
)
_KINDS = {"SEN": "sentence", "WORD": "word", "FS": "fingerspelling"}
_VIEWS = {"F": "front", "D": "below", "L": "left", "R": "right", "U": "above"}


@dataclass(frozen=True)
class ClipName:
    """What a clip's name tells.

    `kind`: sentence, word or fingerspelling, of that `number`; `signer`: recording and person,
    such as REAL06; `view`: where the camera stood: front, below, left, right or above.
    """

    kind: str
    number: int
    signer: str
    view: str


@dataclass(frozen=True)
class SignScript:
    """One sentence of NIASL2021.

    `text`: the Korean; `spans`: kind "gloss", source the hands that sign ("both", "strong",
    "weak"), and kind "nonmanual", source the tier (`NON_MANUALS`), text what was noted there,
    such as the word mouthed, or else the tier again; in order of their start.
    """

    text: str
    spans: tuple[Span, ...]


def parse_clip_name(name: str) -> ClipName:
    """Kind, number, signer and view of `NIA_SL_SEN0054_REAL06_F`, whatever follows it.

    Raises `UserError` naming what is not such a name.
    """
    match = _CLIP.match(name)
    if not match:
        raise UserError(f"{name!r} is not a clip name such as NIA_SL_SEN0054_REAL06_F")
    return ClipName(
        _KINDS[match["kind"]], int(match["number"]), match["signer"], _VIEWS[match["view"]]
    )


def read_aihub_keypoints(folder: Path) -> Crowd:
    """Read a clip's folder of `…_keypoints.json`: 2D keypoints at 30 fps, 1920 × 1080.

    Frames and faults are those of `read_openpose`; the only person need not stand in a list.
    """
    return crowd_of(read_frames(folder), FPS, WIDTH, HEIGHT, str(folder))


def read_aihub_keypoints_3d(folder: Path) -> Array:
    """Read a clip's triangulated keypoints (T, 137, 4): x, y, z in the corpus's own frame and
    unit, and confidence; all 0 where nothing was seen.

    Frames and faults are those of `read_openpose`; two people in a frame are one too many.
    """
    frames = read_frames(folder, 3)
    keypoints = np.zeros((len(frames), len(KEYPOINTS), 4))
    for number, people in enumerate(frames):
        if len(people) > 1:
            raise UserError(f"{folder}: frame {number} holds {len(people)} people, expected one")
        keypoints[number] = people[0] if len(people) else 0.0
    return np.where(keypoints[..., 3:] > 0, keypoints, 0.0)


def read_aihub_morphemes(path: Path) -> tuple[Span, ...]:
    """Read a `…_morpheme.json` of dataset 103: spans of kind "gloss", in order of their start.

    Raises `UserError` naming file and place for anything broken.
    """
    document = json_object(read_json(path, MAX_SCRIPT_BYTES), str(path))
    if "data" not in document:
        raise UserError(f"{path} has no 'data'; is it a sentence of NIASL2021?")
    spans: list[Span] = []
    for index, entry in enumerate(json_list(document["data"], f"{path}: data")):
        place = f"{path}: data[{index}]"
        morpheme = json_object(entry, place)
        names = json_list(morpheme.get("attributes"), f"{place}.attributes")
        if not names:
            raise UserError(f"{place} names no sign")
        for name in names:
            text = json_object(name, f"{place}.attributes").get("name")
            spans.append(_span("gloss", text, morpheme, "aihub", place))
    return _in_order(spans)


def read_niasl_script(path: Path) -> SignScript:
    """Read a sentence of NIASL2021 with its glosses and non-manual tiers.

    Raises `UserError` naming file and place for anything broken.
    """
    document = json_object(read_json(path, MAX_SCRIPT_BYTES), str(path))
    if "sign_script" not in document:
        raise UserError(f"{path} has no 'sign_script'; is it a morpheme file of dataset 103?")
    sentence = json_object(document.get("krlgg_sntenc"), f"{path}: krlgg_sntenc")
    text = json_text(sentence.get("koreanText"), f"{path}: krlgg_sntenc.koreanText")
    spans: list[Span] = []
    for hands in HANDS:
        for entry, place in _tier(document, "sign_script", f"sign_gestures_{hands}", path):
            spans.append(_span("gloss", entry.get("gloss_id"), entry, hands, place))
    for channel in NON_MANUALS:
        for entry, place in _tier(document, "nms_script", channel, path):
            note = entry.get("descriptor") or channel
            spans.append(_span("nonmanual", note, entry, channel, place))
    return SignScript(text, _in_order(spans))


def _tier(
    document: dict[str, object], script: str, tier: str, path: Path
) -> list[tuple[dict[str, object], str]]:
    """Entries of a tier and where they stand; a script or tier may be missing or null."""
    tiers = json_object(document.get(script) or {}, f"{path}: {script}")
    entries = json_list(tiers.get(tier) or [], f"{path}: {script}.{tier}")
    places = [f"{path}: {script}.{tier}[{index}]" for index in range(len(entries))]
    return [
        (json_object(entry, place), place) for entry, place in zip(entries, places, strict=True)
    ]


def _span(kind: str, text: object, entry: dict[str, object], source: str, place: str) -> Span:
    start = json_number(entry.get("start"), f"{place}.start")
    end = json_number(entry.get("end"), f"{place}.end")
    if not 0 <= start <= end:
        raise UserError(f"{place} lasts from {start:g} to {end:g} s")
    return Span(kind, json_text(text, f"{place}: its name"), start, end, source)


def _in_order(spans: list[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))
