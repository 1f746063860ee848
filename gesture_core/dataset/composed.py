"""Gesture units, and the Korean sentences composed with them, as records of a training set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from gesture_core.config import config_from_dict
from gesture_core.dataset.compose import DONORS, FPS, Composition, Line, Repertoire, compose
from gesture_core.dataset.record import Record
from gesture_core.dataset.units import IDLE, UnitLibrary
from gesture_core.errors import UserError
from gesture_core.motion import Motion, Span
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.rotation import Array
from gesture_core.skeleton import HUMANOID

ENERGIES = (0.4, 1.6)
"""Range of energies that are composed."""
MOST_LINES = 4
"""Sentences said in one sequence, at most."""


def korean_lines(texts: Sequence[str]) -> list[Line]:
    """Sentences with the morphemes of their words; those without Hangul are left out."""
    from gesture_core.text.morphemes import analyse
    from gesture_core.text.split import eojeols

    lines: list[Line] = []
    for text in texts:
        if not any("가" <= letter <= "힣" for letter in text):
            continue
        spans = eojeols(text)
        forms = [tuple((m.form, m.tag) for m in word) for word in analyse(text, spans)]
        spelled = [text[span.start : span.end] for span in spans]
        lines.append(Line(tuple(zip(spelled, forms, strict=True))))
    return lines


def composed_records(
    library: UnitLibrary,
    lines: Sequence[Line],
    minutes: float,
    seed: int,
    *,
    text_source: str,
    text_licence: str,
) -> Iterator[Record]:
    """Sequences of one to four sentences with gestures, until `minutes` are full, by name.

    15 fps; speaker: the performer whose manner it is; style: the manner. A performer moves with
    units of their own, and those of the `DONORS`, so that a set can be split by speaker; who has
    no beats or never stands idle cannot speak. Sequence n depends on the library, the lines, the
    seed and n alone. Spans: the words, and of every gesture a "gesture" and a "stroke" with its
    function as text and its unit as source.
    """
    if not lines:
        raise UserError(f"{text_source} holds no Korean sentence to compose gestures to")
    voices = _voices(library)
    frames = number = 0
    while frames < minutes * 60.0 * FPS:
        rng = np.random.default_rng([seed, number])
        numbers = rng.integers(len(lines), size=int(rng.integers(1, MOST_LINES + 1))).tolist()
        manner, (performer, repertoire) = voices[number % len(voices)]
        energy = float(rng.uniform(*ENERGIES))
        chosen = [lines[n] for n in numbers]
        composition = compose(chosen, numbers, manner, energy, repertoire, rng)
        yield Record(
            name=f"composed/{seed:04d}/{number:06d}",
            motion=_motion(composition, repertoire),
            speaker=performer,
            style=manner,
            source="composed",
            alignment="composed",
            licence=_licence(composition, repertoire, text_licence),
            provenance={
                "sentences": [" ".join(text for text, _ in line.words) for line in chosen],
                "text_source": text_source,
                "text_licence": text_licence,
                "units_sha256": library.sha256,
                "seed": seed,
                "number": number,
                "energy": energy,
                "plan": [asdict(gesture) for gesture in composition.plan],
                "units": [_used(repertoire, part) for part in composition.parts],
            },
        )
        frames += len(composition.rotations)
        number += 1


def _voices(library: UnitLibrary) -> list[tuple[str, tuple[str, Repertoire]]]:
    """Every manner in which somebody can speak, with the performer and what they can perform."""
    voices: dict[str, tuple[str, Repertoire]] = {}
    for performer in {unit.performer for unit in library.units if unit.manner not in DONORS}:
        own = [u for u in library.units if u.performer == performer or u.manner in DONORS]
        repertoire = Repertoire(UnitLibrary(tuple(own)))
        idle = {unit.manner for unit in repertoire.library.of(IDLE)}
        if repertoire.library.of("beat"):  # manners without idle clips borrow those of "stand"
            able = [m for m in repertoire.manners if idle & {m, "stand"}]
            voices |= dict.fromkeys(able, (performer, repertoire))
    if not voices:
        raise UserError("no performer has gesture units of both beat and idle; nobody can speak")
    return sorted(voices.items(), key=lambda voice: voice[0])


def plan_of(provenance: Mapping[str, Any], duration: float) -> Plan:
    """The plan that a composed record of `duration` seconds performs."""
    gestures = (config_from_dict(PlannedGesture, each, "plan") for each in provenance["plan"])
    return Plan(tuple(gestures), duration)


def unit_records(library: UnitLibrary) -> Iterator[Record]:
    """Every unit at its own rate: function and times as spans, performer and manner, by name."""
    for unit in sorted(library.units, key=lambda unit: unit.name):
        yield Record(
            name=f"units/{unit.name}",
            motion=_standing(
                unit.rotations.astype(np.float64),
                unit.fps,
                _gesture_spans(unit.function, unit.start, unit.stroke, unit.end, unit.name),
            ),
            speaker=unit.performer,
            style=unit.manner,
            source="unit",
            alignment="none",
            licence=unit.licence,
            provenance={
                "file": unit.source,
                "function": unit.function,
                "hand": unit.hand,
                "parts": unit.parts,
                "size": unit.size,
            },
        )


def _motion(composition: Composition, repertoire: Repertoire) -> Motion:
    words = (Span("word", word.text, word.start, word.end) for word in composition.words)
    gestures = (
        span
        for gesture, part in zip(composition.plan, composition.parts, strict=True)
        for span in _gesture_spans(
            gesture.function,
            gesture.start,
            gesture.stroke,
            gesture.end,
            repertoire.parts[part].unit,
        )
    )
    return _standing(composition.rotations, FPS, (*words, *gestures))


def _gesture_spans(
    function: str, start: float, stroke: float, end: float, unit: str
) -> tuple[Span, Span]:
    gesture = Span("gesture", function, max(start, 0.0), end, unit)  # it may begin before the clip
    return gesture, Span("stroke", function, stroke, stroke, unit)


def _standing(rotations: Array, fps: float, spans: tuple[Span, ...]) -> Motion:
    """A motion whose hips stay where they rest."""
    root = np.tile(HUMANOID.rest_positions[0], (len(rotations), 1))
    return Motion(HUMANOID, rotations, root, fps, spans=spans)


def _used(repertoire: Repertoire, part: int) -> str:
    """A unit by name, and whether it is seen in a mirror."""
    chosen = repertoire.parts[part]
    return f"{chosen.unit} (mirrored)" if chosen.mirrored else chosen.unit


def _licence(composition: Composition, repertoire: Repertoire, text: str) -> str:
    """Licences of the text, of the units performed, and of those that lend rest and idling."""
    names = {repertoire.parts[part].unit for part in composition.parts}
    units = {
        unit.licence
        for unit in repertoire.library.units
        if unit.name in names or unit.manner == composition.manner
    }
    return " AND ".join([text, *sorted(units - {text})])
