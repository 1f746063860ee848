"""Everything that the window says can be read in Korean."""

from __future__ import annotations


def test_every_text_has_one_korean_with_the_same_places(blender):
    found = blender("window_texts.py")
    assert found["shown"] > 300
    assert found["lacking"] == []
    assert found["twofold"] == []
    assert found["shadowed"] == []
