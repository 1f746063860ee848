"""Which texts are written into the picture of somebody who signs, and how much of it they take."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.captions import (
    CAPTIONS,
    Captions,
    caption_share,
    clip_captions,
    gloss_cues,
    letter_size,
    while_signing,
)
from blender_addon.core.clip_reader import Span, read_clip
from blender_addon.core.errors import UserError
from blender_addon.core.inset import PLACES, inset_box
from blender_addon.core.subtitles import Cue
from gesture_core import outputs
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.motion import Motion
from gesture_core.motion import Span as MotionSpan
from tests.rigs import lively_motion

SIGNS = (
    ("gloss", "집", 0.2, 0.5, "sign"),
    ("gloss", "불", 0.6, 0.9, "fingerspelled"),
    ("letter", "ㅂ", 0.6, 0.7, ""),
    ("subtitle", "집에 불이 났어요", 0.2, 0.9, "0"),
)


def clip_of(folder: Path, *spans: tuple[str, str, float, float, str]) -> Path:
    motion = lively_motion(frames=30)
    told = tuple(MotionSpan(*span) for span in spans)
    path = folder / "clip.npz"
    save_clip(
        path,
        Clip(Motion(motion.skeleton, motion.rotations, motion.root, 30.0, spans=told), None, {}),
    )
    return path


def test_glosses_and_sentences_are_chosen_by_name(tmp_path):
    path = clip_of(tmp_path, *SIGNS)
    captions = {kind: clip_captions(read_clip(path), path, kind) for kind in CAPTIONS}
    sentence = (Cue(0.2, 0.9, ("집에 불이 났어요",)),)
    glosses = (Cue(0.2, 0.6, ("집",)), Cue(0.6, 0.9, ("불",)))
    assert captions == {
        "none": Captions(),
        "ko": Captions(sentence),
        "gloss": Captions((), glosses),
        "both": Captions(sentence, glosses),
    }
    assert [captions[kind].lines for kind in CAPTIONS] == [0, 1, 1, 2]


def test_who_signs_nothing_has_no_glosses(tmp_path):
    path = clip_of(tmp_path, ("word", "네", 0.1, 0.4, ""))
    with pytest.raises(UserError, match="has no signs"):
        clip_captions(read_clip(path), path, "both")
    assert clip_captions(read_clip(path), path, "ko").said[0].lines == ("네",)


@given(st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 3.0)), max_size=8))
def test_one_gloss_is_shown_at_a_time(times):
    spans = [Span("gloss", "집", start, start + long, "sign") for start, long in times]
    cues = gloss_cues(spans)
    assert len(cues) == len(spans)
    assert all(one.end <= other.start for one, other in pairwise(cues))


def test_hands_are_looked_at_while_there_are_signs():
    times = np.arange(10) / 10.0
    spans = [Span("gloss", "집", 0.2, 0.3, "sign"), Span("word", "네", 0.7, 0.9, "")]
    assert np.flatnonzero(while_signing(times, spans)).tolist() == [2, 3]
    assert while_signing(times, spans[1:]).all()


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (720, 720)])
def test_captions_take_their_lines_and_the_margin_below(size):
    two = Captions((Cue(0.0, 1.0, ("가", "나")),), (Cue(0.0, 1.0, ("집",)),))
    assert caption_share(Captions(), size) == 0.0
    letters = 3 * letter_size(size) / size[1]
    assert letters < caption_share(two, size) < 0.36
    assert 16.0 * letter_size(size) < 0.9 * size[0]


@given(
    share=st.floats(0.05, 1.0),
    place=st.sampled_from(PLACES),
    picture=st.sampled_from([(1920, 1080), (1280, 720), (1080, 1920), (640, 640)]),
    shape=st.sampled_from([(720, 720), (1080, 1920), (1920, 1080)]),
)
def test_a_window_lies_in_its_corner_of_the_video(share, place, picture, shape):
    height = share * picture[1]
    if height * shape[0] / shape[1] > picture[0]:
        if height * shape[0] / shape[1] > picture[0] + 4:
            with pytest.raises(UserError, match="larger than the video"):
                inset_box(picture, shape, share, place)
        return
    box = inset_box(picture, shape, share, place)
    assert abs(box.height - height) <= 1.0
    assert box.width % 2 == box.height % 2 == 0
    assert 0 <= box.left
    assert box.left + box.width <= picture[0]
    assert 0 <= box.bottom
    assert box.bottom + box.height <= picture[1]
    middle = box.left + box.width / 2, box.bottom + box.height / 2
    if place.endswith("right"):
        assert middle[0] >= picture[0] / 2
    if place.startswith("lower"):
        assert middle[1] <= picture[1] / 2


def test_a_window_is_at_a_known_place_and_neither_nothing_nor_all():
    with pytest.raises(UserError, match="choose one of lower-right, lower-left"):
        inset_box((640, 360), (1, 1), 0.3, "middle")
    for share in (0.0, 1.2, float("nan")):
        with pytest.raises(UserError, match=r"0\.05 to 1"):
            inset_box((640, 360), (1, 1), share, "left")
    box = inset_box((1920, 1080), (720, 720), 1 / 3, "lower-right")
    assert (box.left, box.bottom, box.width, box.height) == (1533, 27, 360, 360)


def test_both_halves_know_the_same_names():
    assert outputs.CAPTIONS == CAPTIONS
    assert outputs.PLACES == PLACES
