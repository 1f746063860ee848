"""The table of voices: every entry resolves, the default works offline, problems are told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gesture_core.errors import UserError
from gesture_core.speech.eojeol import BREATH_SYLLABLES, Eojeol, split_clauses
from gesture_core.speech.voice import TTS, choose_voice, default_voice, engine, list_voices


@pytest.mark.parametrize("name", TTS)
def test_every_engine_resolves_and_describes_its_voices(name: str) -> None:
    built = engine(name)

    assert built.name == name
    assert len({voice.name for voice in built.voices}) == len(built.voices) > 0
    assert all(voice.description and voice.licence for voice in built.voices)


def test_every_listed_voice_that_is_installed_can_be_chosen() -> None:
    listed = list_voices()

    assert {row.name.split(":")[0] for row in listed} == set(TTS)
    for row in listed:
        if row.installed:
            chosen, voice = choose_voice(row.name)
            assert f"{chosen.name}:{voice.name}" == row.name
            assert voice.offline == row.offline


def test_the_default_works_offline() -> None:
    rows = {row.name: row for row in list_voices()}

    assert rows[default_voice()].offline
    assert rows[default_voice()].installed
    assert choose_voice(None) == choose_voice(default_voice())


def test_an_engine_alone_means_its_first_voice() -> None:
    assert choose_voice("espeak")[1] == engine("espeak").voices[0]


def test_an_engine_that_is_not_installed_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hint = "onnxruntime not installed; pip install 'momjit[kokoro]'"
    monkeypatch.setattr(engine("kokoro"), "missing", lambda: hint, raising=False)

    with pytest.raises(UserError, match=r"kokoro.*pip install"):
        choose_voice("kokoro")


def test_listing_voices_loads_no_engine() -> None:
    code = (
        "import sys; from gesture_core.speech.voice import list_voices; list_voices();"
        "print({'onnxruntime', 'aiohttp', 'edge_tts', 'scipy', 'torch'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert result.stdout.strip() == "set()", result.stderr


def test_clauses_end_at_pauses_and_within_a_breath() -> None:
    word = Eojeol("가나다", "가나다", "가나다")
    eojeols = [word, Eojeol("네,", "네", "네", "comma"), *[word] * 45, Eojeol("네?", "네", "네")]

    clauses = list(split_clauses(eojeols))

    assert [e.text for clause in clauses for e in clause] == [e.text for e in eojeols]
    assert all(sum(e.syllables for e in clause) <= BREATH_SYLLABLES for clause in clauses)
    assert all(e.pause == "none" for clause in clauses for e in clause[:-1])
    assert [clause[-1].mark for clause in clauses] == [",", ",", ",", "?"]
