"""Letters that a character makes, rendered and read from the picture by machine."""

from pathlib import Path

import pytest

from gesture_core.signing.handshape_reader import CONFUSABLE, letter_templates
from gesture_core.signing.lexicon import load_lexicon
from tests.benchmarks.letters import CHARACTERS, SIDES, read_letters, report

pytest.importorskip("mediapipe")


def test_a_few_letters_are_found_and_read(tmp_path: Path):
    letters = "ㄴㅂㅅㅗㅎ"
    readings = read_letters(letters, load_lexicon(), ("signer",), ("0",), tmp_path)
    assert [one.read for one in readings] == list(letters)


@pytest.mark.bench
def test_the_alphabet_is_found_and_read_from_three_sides(tmp_path: Path):
    lexicon = load_lexicon()
    letters = letter_templates(lexicon).names
    told = report(read_letters(letters, lexicon, CHARACTERS, SIDES, tmp_path))
    assert told["all"]["pictures"] == 31 * len(SIDES) * len(CHARACTERS)
    assert told["all"]["found"] >= 0.95
    assert told["all"]["read"] >= 0.90
    assert set(told["confusable"]) == set(CONFUSABLE)
