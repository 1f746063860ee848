"""What is said in a video and when: from the files beside it, its sound, or a recogniser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gesture_core.dataset.aligned_text import Sound, align_text
from gesture_core.errors import UserError
from gesture_core.formats.subtitles import (
    SUBTITLE_SUFFIXES,
    Subtitles,
    name_language,
    read_subtitles,
)
from gesture_core.progress import Progress, silent
from gesture_core.speech.recognise import recognise
from gesture_core.utterance import Word

_OTHER = 2  # rank of a language that was not asked for
_TRANSLATED = re.compile(r"[a-z]{2,3}-(?!orig$)[a-z]{2,3}")


@dataclass(frozen=True)
class Transcript:
    """The words of a video in the order of their starts.

    `alignment`: one of `record.ALIGNMENTS`; `source`: which file or recogniser they came from and
    in which language, "" where there are no words; `notes`: what else there was and why it was not
    taken, what was left out or estimated.
    """

    words: tuple[Word, ...]
    alignment: str
    source: str
    notes: tuple[str, ...] = ()


def words_of(
    video: Path,
    *,
    sound: Sound,
    recogniser: str | None = None,
    language: str = "ko",
    progress: Progress = silent,
) -> Transcript:
    """Find the words of a video by the best means there is.

    In this order: subtitles `NAME.vtt`, `NAME.ko.vtt`, `.srt`, `.json` in `language` or in one
    that nothing tells, of these the ones with a time for every word first; a plain text
    `NAME.txt` or `NAME.ko.txt`, aligned with the sound; subtitles in another language; the
    `recogniser` (`NAME:MODEL`, see `speech.recognise`) if one is asked for; else no words. A
    translation, such as `NAME.ko-en.vtt`, is not what is said and never taken.

    Raises `UserError` when a text cannot be aligned, a recogniser cannot be had, or subtitles
    cannot be read and there are no others in the language.
    """
    found = _read_sidecars(video)
    subtitles = sorted(found.subtitles, key=lambda item: _rank(item, language))
    native = [item for item in subtitles if _rank(item, language)[0] < _OTHER]
    if native:
        return _taken(native[0], subtitles, found.notes)
    if text := _text_beside(video, language):
        words = align_text(text, sound)
        return Transcript(words, "aligned", f"{text.name} ({language})", found.notes)
    if found.error:
        raise found.error
    if subtitles:
        return _taken(subtitles[0], subtitles, found.notes)
    loaded = sound() if recogniser else None
    if recogniser and loaded:
        words = recognise(*loaded, recogniser, language, progress)
        if words:
            source = f"{recogniser} ({language})"
            return Transcript(words, "recognised", source, found.notes)
    return Transcript((), "none", "", found.notes)


class _Found(NamedTuple):
    """Subtitles that can be read, what is wrong with the others, and the first error."""

    subtitles: tuple[tuple[Path, Subtitles], ...]
    notes: tuple[str, ...]
    error: UserError | None


def _read_sidecars(video: Path) -> _Found:
    subtitles: list[tuple[Path, Subtitles]] = []
    notes: list[str] = []
    errors: list[UserError] = []
    for path in _beside(video, SUBTITLE_SUFFIXES):
        if _TRANSLATED.fullmatch(name_language(path)):
            notes.append(f"{path.name} is a translation, not what is said")
            continue
        try:
            read = read_subtitles(path)
        except UserError as error:
            errors.append(error)
            notes.append(f"not taken: {error}")
            continue
        if read.words:
            subtitles.append((path, read))
        else:
            notes.append(f"{path.name} has no words")
    return _Found(tuple(subtitles), tuple(notes), errors[0] if errors else None)


def _beside(video: Path, suffixes: Sequence[str]) -> list[Path]:
    """Files called `NAME.suffix` or `NAME.language.suffix`, whether or not accents are composed."""
    name = unicodedata.normalize("NFC", video.stem)
    found: list[Path] = []
    for path in sorted(set(video.parent.iterdir()) - {video}):
        stem = unicodedata.normalize("NFC", path.stem)
        if path.suffix.lower() in suffixes and stem in (name, f"{name}.{name_language(path)}"):
            found.append(path)
    return found


def _text_beside(video: Path, language: str) -> Path | None:
    found = _beside(video, (".txt",))
    return next((path for path in found if name_language(path) in ("", language)), None)


def _rank(item: tuple[Path, Subtitles], language: str) -> tuple[int, bool, int, str]:
    """The smaller the better: language, times of the words, kind of file, name."""
    path, subtitles = item
    own = subtitles.language.partition("-")[0]
    place = 0 if own == language else _OTHER if own else 1
    kind = SUBTITLE_SUFFIXES.index(path.suffix.lower())
    return place, subtitles.timing == "estimated", kind, path.name


def _taken(
    item: tuple[Path, Subtitles],
    subtitles: Sequence[tuple[Path, Subtitles]],
    notes: tuple[str, ...],
) -> Transcript:
    path, chosen = item
    others = [other.name for other, _ in subtitles if other != path]
    if others:
        notes += (f"{path.name} is preferred to {', '.join(others)}",)
    return Transcript(
        chosen.words,
        chosen.timing,
        f"{path.name} ({chosen.language or 'language unknown'})",
        notes + chosen.notes,
    )
