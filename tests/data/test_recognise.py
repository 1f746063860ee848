"""Recognising speech: faster-whisper itself runs, on a tiny model with random weights.

What such a model hears is nonsense, but it comes in Korean words and along the library's own way:
features, decoding, word times from attention, voice activity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio
from gesture_core.speech import recognise as module
from gesture_core.speech.recognise import recognise
from gesture_core.utterance import Word

WIDTH, HEADS, MELS = 16, 2, 80
TIMES = [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
SPECIAL = [
    *"<|endoftext|> <|startoftranscript|> <|en|> <|ko|> <|translate|> <|transcribe|>".split(),
    *"<|startoflm|> <|startofprev|> <|nospeech|> <|notimestamps|>".split(),
]
MULTILINGUAL = ""
"""The library takes a model that has this token, as OpenAI's have, for a multilingual one."""
WORDS = "안녕하세요 오늘은 제가 큰 꿈을 작게 시작하는 방법을 여러분께 이야기하겠습니다".split()


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Whisper of one layer that knows ten Korean words."""
    pytest.importorskip("faster_whisper")
    return write_model(tmp_path_factory.mktemp("whisper"), [MULTILINGUAL])


def write_model(folder: Path, more_tokens: Sequence[str] = ()) -> Path:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces = [level.pre_tokenize_str(f" {word}")[0][0] for word in WORDS]
    vocabulary = [*sorted(level.alphabet()), *pieces, *more_tokens]
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(vocabulary)}, merges=[]))
    tokenizer.pre_tokenizer = level
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))
    write_weights(folder, [*vocabulary, *SPECIAL, *TIMES])
    return folder


def write_weights(folder: Path, tokens: list[str]) -> None:
    from ctranslate2.specs import whisper_spec

    rng = np.random.default_rng(0)

    def array(*shape: int) -> NDArray[np.float32]:
        return rng.normal(0, 0.5, shape).astype(np.float32)

    def linear(layer: Any, out: int = WIDTH, inner: int = WIDTH) -> None:
        layer.weight, layer.bias = array(out, inner), array(out)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def attention(layer: Any, *outs: int) -> None:
        norm(layer.layer_norm)
        for part, out in zip(layer.linear, outs, strict=True):
            linear(part, out)

    def feed_forward(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0)
        linear(layer.linear_1)

    spec: Any = whisper_spec.WhisperSpec(1, HEADS, 1, HEADS)
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = array(WIDTH, MELS, 3), array(WIDTH)
    encoder.conv2.weight, encoder.conv2.bias = array(WIDTH, WIDTH, 3), array(WIDTH)
    encoder.position_encodings.encodings = array(1500, WIDTH)
    decoder.position_encodings.encodings = array(448, WIDTH)
    decoder.embeddings.weight = array(len(tokens), WIDTH)
    linear(decoder.projection, len(tokens))
    index = {token: i for i, token in enumerate(tokens)}
    decoder.projection.bias[:256] = -100  # whole words rather than single bytes
    decoder.projection.bias[index["<|endoftext|>"]] = 2  # and not without end
    for part in (encoder, decoder):
        norm(part.layer_norm)
        attention(part.layer[0].self_attention, 3 * WIDTH, WIDTH)
        feed_forward(part.layer[0].ffn)
    attention(decoder.layer[0].attention, WIDTH, 2 * WIDTH, WIDTH)
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids_begin = [index["<|endoftext|>"]]
    spec.config.lang_ids = [index["<|en|>"], index["<|ko|>"]]
    spec.config.alignment_heads = [(0, 0), (0, 1)]
    spec.validate()
    spec.save(str(folder))


def check_words(words: Sequence[Word], duration: float) -> None:
    assert [word.index for word in words] == list(range(len(words)))
    edges = [time for word in words for time in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(0 <= time <= duration for time in edges)
    assert all(word.text == word.text.strip() != "" for word in words)


def test_a_model_in_a_folder_hears_words(
    tiny_model: Path, shared_data: Callable[[str], Path]
) -> None:
    (path,) = shared_data("audio_ko").rglob("fv01_t02_s50.wav")
    samples, rate = read_audio(path)
    told: list[float] = []
    recogniser = f"faster-whisper:{tiny_model}"

    words = recognise(samples, rate, recogniser, progress=lambda done, _: told.append(done))

    assert words
    assert {word.text for word in words} <= set(WORDS)
    check_words(words, len(samples) / rate)
    assert told == sorted(told)
    assert 0 < told[-1] <= 1
    assert recognise(samples, rate, recogniser) == words


def test_nothing_is_heard_in_silence_at_any_rate(tiny_model: Path) -> None:
    for rate in (8_000, 16_000, 44_100):
        assert recognise(np.zeros(rate, np.float32), rate, f"faster-whisper:{tiny_model}") == ()


def test_a_language_the_model_lacks_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    samples = np.zeros(16_000, np.float32)
    with pytest.raises(UserError, match="'xx'"):
        recognise(samples, 16_000, f"faster-whisper:{tiny_model}", "xx")
    with pytest.raises(UserError, match="'ko'"):
        recognise(samples, 16_000, f"faster-whisper:{write_model(tmp_path)}", "ko")


@pytest.mark.parametrize(
    ("recogniser", "complaint"),
    [
        ("whisper", "unknown recogniser 'whisper'; choose from faster-whisper"),
        ("faster-whisper", "needs a model"),
        ("faster-whisper:no-such-size", "no-such-size"),
        ("faster-whisper:small", "'small' is neither a folder"),
        ("faster-whisper:/no/such/folder", "/no/such/folder"),
    ],
)
def test_what_cannot_be_had_is_named(
    recogniser: str, complaint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("faster_whisper")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UserError, match=complaint):
        recognise(np.zeros(16_000, np.float32), 16_000, recogniser)


def test_an_incomplete_folder_is_named(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(UserError, match=r"tokenizer\.json is missing"):
        recognise(np.zeros(16_000, np.float32), 16_000, f"faster-whisper:{tmp_path}")
    (tmp_path / "tokenizer.json").write_bytes(b"")
    with pytest.raises(UserError, match="neither a folder that can be used"):
        recognise(np.zeros(16_000, np.float32), 16_000, f"faster-whisper:{tmp_path}")


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"pip install 'momjit\[recognise\]'"):
        recognise(np.zeros(16_000, np.float32), 16_000, "faster-whisper:another")


moments = st.floats(-1, 6, allow_nan=False)


@given(st.lists(st.lists(st.tuples(moments, moments, st.sampled_from([" 네", " ", "?", "그래"])))))
def test_times_are_put_in_order_and_within_the_sound(
    heard: list[list[tuple[float, float, str]]],
) -> None:
    """Whisper's own times may overlap or pass the end."""
    segments = [
        SimpleNamespace(words=[SimpleNamespace(start=s, end=e, word=w) for s, e, w in words])
        for words in heard
    ]
    found = module._to_words(segments, 5.0)  # pyright: ignore[reportArgumentType]

    check_words(found, 5.0)
    assert [w.text for w in found] == [w.strip() for s in heard for *_, w in s if w.strip(" ?")]
