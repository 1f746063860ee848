"""The few calls of the espeak-ng C library that are needed to speak, through ctypes.

The library and its data come in the wheel `espeakng-loader`; nothing has to be installed on the
system. What it says depends on static state that it never resets (noise, flutter, filters), so a
fresh copy is loaded for each piece of speech, in half a millisecond: the same text always gives
the same samples.
"""

from __future__ import annotations

import _ctypes
import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Values of espeak-ng's speak_lib.h.
_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_PHONEME_EVENTS = 0x0001
_INITIALIZE_PHONEME_IPA = 0x0002
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_POSITION_CHARACTER = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_EVENT_LIST_TERMINATED, _EVENT_PHONEME = 0, 7

_NOISE_SEED = 1
_one_at_a_time = threading.Lock()


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class PhonemeEvent(NamedTuple):
    """An IPA symbol without stress marks that starts at `sample`; the empty symbol is silence."""

    sample: int
    symbol: str


class EspeakLibrary:
    """A loaded espeak-ng. `rate` is the sample rate of all it speaks, in Hz."""

    def __init__(self, library: ctypes.CDLL, data: bytes) -> None:
        self._library = library
        options = _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_PHONEME_IPA | _INITIALIZE_DONT_EXIT
        self.rate = int(library.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, data, options))
        if self.rate <= 0:
            raise RuntimeError(f"espeak-ng could not start with its data in {data.decode()}")
        library.espeak_ng_SetRandSeed(_NOISE_SEED)
        self._chunks: list[NDArray[np.int16]] = []
        self._events: list[PhonemeEvent] = []
        self._callback = _Callback(self._receive)  # kept alive: the library holds only a pointer
        library.espeak_SetSynthCallback(self._callback)

    def speak(
        self, text: str, voice: str, words_per_minute: int, pitch: int, pitch_range: int
    ) -> tuple[NDArray[np.float32], list[PhonemeEvent]]:
        """Return the sound of `text` as (N,) float32 in −1–1 and its phoneme events in order."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise RuntimeError(f"espeak-ng has no voice {voice!r}")
        settings = {_RATE: words_per_minute, _PITCH: pitch, _RANGE: pitch_range}
        for parameter, value in settings.items():
            self._library.espeak_SetParameter(parameter, value, 0)
        self._chunks, self._events = [], []
        data = text.encode() + b"\0"
        status = self._library.espeak_Synth(
            data, len(data), 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None
        )
        if status != 0:
            raise RuntimeError(f"espeak-ng failed to speak {text!r} (status {status})")
        samples = np.concatenate([np.zeros(0, np.int16), *self._chunks])
        return samples.astype(np.float32) / 32768, self._events

    def _receive(self, wave: Any, count: int, events: Any) -> int:
        if count > 0:
            self._chunks.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_LIST_TERMINATED:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                symbol = event.id.string.decode("utf-8", errors="replace").strip("ˈˌ")
                self._events.append(PhonemeEvent(event.sample, symbol))
            index += 1
        return 0


@contextmanager
def loaded_espeak() -> Iterator[EspeakLibrary]:
    """Load a fresh espeak-ng and unload it at the end; one at a time, for its state is global."""
    import espeakng_loader

    with _one_at_a_time:
        library = _declare(ctypes.CDLL(str(espeakng_loader.get_library_path())))
        try:
            yield EspeakLibrary(library, str(espeakng_loader.get_data_path()).encode())
        finally:
            library.espeak_Terminate()
            if sys.platform == "win32":
                _ctypes.FreeLibrary(library._handle)
            else:
                _ctypes.dlclose(library._handle)


def _declare(library: ctypes.CDLL) -> ctypes.CDLL:
    integer, unsigned, text = ctypes.c_int, ctypes.c_uint, ctypes.c_char_p
    library.espeak_Initialize.argtypes = [integer, integer, text, integer]
    library.espeak_SetVoiceByName.argtypes = [text]
    library.espeak_SetParameter.argtypes = [integer, integer, integer]
    library.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
    library.espeak_Synth.argtypes = [
        text, ctypes.c_size_t, unsigned, integer, unsigned, unsigned,
        ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    return library
