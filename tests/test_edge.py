"""The online voice, with a faked service: sound and word reports become an Utterance."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np
import pytest
import soundfile

from gesture_core.errors import UserError
from gesture_core.speech import Eojeol, edge, speak
from gesture_core.speech.edge import Boundary, match_words

edge_tts = pytest.importorskip("edge_tts")

EOJEOLS = [Eojeol(word, word, word) for word in "오느른 요리를 대저패 드릴께요".split()]
LEAD = 0.3


def fake_service(chunks: Sequence[dict[str, Any]] | Exception, seconds: float = 0.0) -> type:
    """Return what stands in for `edge_tts.Communicate`."""

    class Communicate:
        asked: tuple[str, str, str, str] = ("", "", "", "")

        def __init__(self, text: str, voice: str, *, rate: str, boundary: str) -> None:
            type(self).asked = (text, voice, rate, boundary)

        async def stream(self) -> AsyncIterator[dict[str, Any]]:
            await asyncio.sleep(seconds)
            if isinstance(chunks, Exception):
                raise chunks
            for chunk in chunks:
                yield chunk

    return Communicate


def answer(spell: bool = True) -> tuple[list[dict[str, Any]], list[tuple[float, float]]]:
    """Return the chunks of a service that speaks with espeak's voice, and the true word times."""
    spoken = speak(EOJEOLS, "espeak:female", 0.9)
    sound = np.concatenate([np.zeros(round(LEAD * spoken.rate), np.float32), spoken.samples])
    encoded = io.BytesIO()
    soundfile.write(encoded, sound, spoken.rate, format="MP3")
    spans = [(word.start + LEAD, word.end + LEAD) for word in spoken.words]
    chunks: list[dict[str, Any]] = [{"type": "audio", "data": encoded.getvalue()}]
    chunks += [
        {
            "type": "WordBoundary",
            "offset": round(start * 1e7),
            "duration": round((end - start) * 1e7),
            "text": eojeol.reading if spell else "?",
        }
        for eojeol, (start, end) in zip(EOJEOLS, spans, strict=True)
    ]
    return chunks, spans


def test_words_have_the_times_the_service_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    chunks, spans = answer()
    service = fake_service(chunks)
    monkeypatch.setattr(edge_tts, "Communicate", service)

    utterance = speak(EOJEOLS, "edge:ko-KR-InJoonNeural", 1.25)

    assert service.asked == (  # pyright: ignore[reportAttributeAccessIssue]
        "오느른 요리를 대저패 드릴께요.",
        "ko-KR-InJoonNeural",
        "+25%",
        "WordBoundary",
    )
    for word, (start, end) in zip(utterance.words, spans, strict=True):
        assert word.start == pytest.approx(start, abs=1e-6)
        assert word.end == pytest.approx(end, abs=1e-6)
    first, last = utterance.phonemes[0], utterance.phonemes[-1]
    assert first.start == pytest.approx(spans[0][0], abs=0.01)
    assert last.end == pytest.approx(spans[-1][1], abs=0.01)
    assert utterance.estimated  # the phonemes are aligned


def test_reports_that_do_not_spell_the_text_give_way_to_alignment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chunks, spans = answer(spell=False)
    monkeypatch.setattr(edge_tts, "Communicate", fake_service(chunks))

    words = speak(EOJEOLS, "edge").words

    errors = [abs(word.start - start) for word, (start, _) in zip(words, spans, strict=True)]
    assert np.median(errors) < 0.04  # an MP3 coder delays by some 25–50 ms


def test_an_eojeol_may_be_reported_in_pieces() -> None:
    reports = [Boundary("밥", 0.1, 0.2), Boundary("을,", 0.2, 0.3), Boundary("먹어요", 0.4, 0.9)]

    assert match_words(["밥을", "먹어요"], reports) == ((0.1, 0.3), (0.4, 0.9))
    assert match_words(["밥", "을먹어요"], reports) == ((0.1, 0.2), (0.2, 0.9))
    assert match_words(["밥을", "먹어"], reports) is None
    assert match_words(["밥을", "먹어요", "네"], reports) is None


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (OSError("no route to host"), "no route"),
        (edge_tts.exceptions.NoAudioReceived("nothing"), "nothing"),
        ([{"type": "audio", "data": b"not an mp3"}], "no sound"),
    ],
)
def test_a_failing_service_is_a_user_error(
    monkeypatch: pytest.MonkeyPatch, failure: Any, message: str
) -> None:
    monkeypatch.setattr(edge_tts, "Communicate", fake_service(failure))

    with pytest.raises(UserError, match=f"edge.*{message}.*offline"):
        speak(EOJEOLS, "edge")


def test_a_silent_service_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_tts, "Communicate", fake_service([], seconds=5))
    monkeypatch.setattr(edge, "TIMEOUT", 0.05)

    with pytest.raises(UserError, match="no answer within"):
        speak(EOJEOLS, "edge")
