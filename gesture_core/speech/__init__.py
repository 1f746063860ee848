"""Korean speech: text to sound with exact times, recordings to times, sounds to mouth shapes."""

from gesture_core.speech.eojeol import Eojeol
from gesture_core.speech.speaking import speak
from gesture_core.speech.voice import TTS, default_voice, list_voices

__all__ = ["TTS", "Eojeol", "default_voice", "list_voices", "speak"]
