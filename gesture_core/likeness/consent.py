"""Whose likeness a character is, and that they agreed: the record that travels with it.

The record is a JSON object. It stands in the character's file (`momjit.likeness` in the extras of
the glTF asset and of the root node), in the provenance of clips performed with the character
(`likeness`), and in the metadata of rendered files:

    format    1
    name      the character's name
    consents  one for each person whose likeness is in it (two after a morph):
              {who, when: YYYY-MM-DD, what_for, unmarked: statement or null}
    made      YYYY-MM-DD
    notice    one sentence that says that the likeness is synthetic, for metadata
    mark      whether pictures carry the visible mark; false only where every person of
              `consents` has said in `unmarked` that it may be left out
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from gesture_core.errors import UserError
from gesture_core.formats.gltf import Document, read_document
from gesture_core.formats.json_file import json_list, json_object, json_text

FORMAT = 1
MOST_PEOPLE = 16
_EARLIEST = date(1900, 1, 1)
_LONGEST = {"name": 80, "who": 120, "what_for": 400, "unmarked": 600}
_DAY = re.compile(
    r"[,;]\s*(?P<year>\d{4})\s*[-./년]\s*(?P<month>\d{1,2})\s*[-./월]\s*(?P<day>\d{1,2})\s*일?\.?"
    r"\s*[,;]"
)
_HOW = '--consent "who, when, what for", such as "Kim Hana, 2026-11-20, films of her lectures"'


@dataclass(frozen=True)
class Consent:
    """One person's agreement: `who` agreed, `when`, and `what_for` the likeness may be used.

    `unmarked`: the person's own statement that pictures need no visible mark, None without one.
    """

    who: str
    when: date
    what_for: str
    unmarked: str | None = None

    def __post_init__(self) -> None:
        _check_words("who", self.who)
        _check_words("what_for", self.what_for)
        if self.when < _EARLIEST:
            raise UserError(f"nobody agreed on {self.when}; earliest: {_EARLIEST}")
        if self.unmarked is None:
            return
        _check_words("unmarked", self.unmarked)
        if self.who.casefold() not in self.unmarked.casefold():
            raise UserError(
                "the visible mark is left out only by the person's own statement, which names "
                f'them: "I, {self.who}, …", not {self.unmarked!r:.100}'
            )


@dataclass(frozen=True)
class LikenessRecord:
    """What a character made of people's pictures says of itself; layout in this module's head."""

    name: str
    consents: tuple[Consent, ...]
    made: date

    def __post_init__(self) -> None:
        _check_words("name", self.name)
        if not 1 <= len(self.consents) <= MOST_PEOPLE:
            raise UserError(f"a likeness has the consent of 1 to {MOST_PEOPLE} people")
        for consent in self.consents:
            if consent.when > self.made:
                raise UserError(
                    f"{consent.who}'s consent is of {consent.when}, later than {self.made}, when "
                    "the likeness is made"
                )

    @property
    def mark(self) -> bool:
        """Whether pictures of the character carry the visible mark."""
        return any(consent.unmarked is None for consent in self.consents)

    @property
    def notice(self) -> str:
        """One sentence for the metadata of files."""
        agreed = "; ".join(f"{one.who}, {one.when}, {one.what_for}" for one in self.consents)
        return (
            f"Synthetic likeness (AI 합성 인물) of {self.name}, made with momjit; consent: {agreed}"
        )

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        consents = [
            {
                "who": one.who,
                "when": one.when.isoformat(),
                "what_for": one.what_for,
                "unmarked": one.unmarked,
            }
            for one in self.consents
        ]
        return {
            "format": FORMAT,
            "name": self.name,
            "consents": consents,
            "made": self.made.isoformat(),
            "notice": self.notice,
            "mark": self.mark,
        }


def parse_consent(text: str) -> Consent:
    """The consent that a user types as "who, when, what for".

    The date stands between commas: 2026-11-20, 2026.11.20 or 2026년 11월 20일; so either side may
    hold commas. `UserError` where anything is lacking.
    """
    text = " ".join(text.split())
    found = _DAY.search(text)
    if found is None:
        raise UserError(
            "a likeness is made only with the person's consent, in full: "
            f"{_HOW}; {'nothing was' if not text else repr(text[:100]) + ' was'} given"
        )
    numbers = [int(found[name]) for name in ("year", "month", "day")]
    try:
        when = date(*numbers)
    except ValueError as error:
        raise UserError(
            f"the consent's date {found[0].strip(',; ')!r} is no day: {error}"
        ) from error
    return Consent(text[: found.start()].strip(), when, text[found.end() :].strip())


def record_likeness(name: str, consent: Consent, *, unmarked: str | None = None) -> LikenessRecord:
    """The record of a likeness made today; `unmarked`: the person's statement, see `Consent`.

    `UserError` where anything is lacking, or the consent's day is still to come.
    """
    if unmarked is not None:
        consent = replace(consent, unmarked=" ".join(unmarked.split()))
    return LikenessRecord(" ".join(name.split()), (consent,), date.today())


def record_from_json(value: object, place: str) -> LikenessRecord:
    """The record in JSON values from a file; `UserError` naming `place` where it is not whole.

    `notice` and `mark` have to agree with what the consents say.
    """
    fields = json_object(value, place)
    if fields.get("format") != FORMAT:
        raise UserError(
            f"{place}: a record of format {fields.get('format')!r:.40}; this program reads {FORMAT}"
        )
    listed = json_list(fields.get("consents"), f"{place}: consents")
    try:
        record = LikenessRecord(
            json_text(fields.get("name"), f"{place}: name"),
            tuple(
                _consent_from_json(one, f"{place}: consents[{number}]")
                for number, one in enumerate(listed[: MOST_PEOPLE + 1])
            ),
            parse_day(fields.get("made"), f"{place}: made"),
        )
    except UserError as error:
        message = str(error)
        raise UserError(message if message.startswith(place) else f"{place}: {message}") from error
    for name, said in (("notice", record.notice), ("mark", record.mark)):
        if fields.get(name) != said:
            raise UserError(f"{place}: {name} is not what the consents say, {said!r:.200}")
    return record


def likeness_in(extras: object, place: str) -> LikenessRecord | None:
    """The record in what a file or a clip says of itself, None for one that is nobody's likeness.

    extras: any JSON value; `UserError` naming `place` for a record that is not whole.
    """
    if not isinstance(extras, Mapping) or extras.get("likeness") is None:
        return None
    return record_from_json(extras["likeness"], f"{place}: likeness")


def likeness_of(path: Path) -> LikenessRecord | None:
    """The record in a character's file (.glb, .vrm), None for one that is nobody's likeness.

    It stands in the file's head or, where another program has saved it, at a node.
    """

    def read(document: Document) -> LikenessRecord | None:
        for place in (document.json.get("asset", {}), *document.items("nodes")):
            extras = place.get("extras")
            ours = extras.get("momjit") if isinstance(extras, Mapping) else None
            if record := likeness_in(ours, str(place.get("name", "asset"))[:80]):
                return record
        return None

    return read_document(path, read)


def _consent_from_json(value: object, place: str) -> Consent:
    fields = json_object(value, place)
    unmarked = fields.get("unmarked")
    return Consent(
        json_text(fields.get("who"), f"{place}: who"),
        parse_day(fields.get("when"), f"{place}: when"),
        json_text(fields.get("what_for"), f"{place}: what_for"),
        None if unmarked is None else json_text(unmarked, f"{place}: unmarked"),
    )


def parse_day(value: object, place: str) -> date:
    """The day in a text YYYY-MM-DD; `UserError` naming `place` where it is none."""
    text = json_text(value, place)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{place}: {text!r:.40} is not YYYY-MM-DD") from error


def _check_words(name: str, text: str) -> None:
    """`UserError` unless `text` is words on one line, and not endless.

    Two letters are the least that says anything; a name may be one (솔).
    """
    letters = sum(character.isalpha() for character in text)
    if name == "name" and letters < 1:
        raise UserError(f"a likeness needs a name with a letter in it, not {text!r:.40}")
    if name != "name" and letters < 2:
        said = name.replace("_", " ")
        raise UserError(f"a likeness needs its {said} in words, not {text!r:.40}: {_HOW}")
    if len(text) > _LONGEST[name]:
        raise UserError(f"{name.replace('_', ' ')} is longer than {_LONGEST[name]} characters")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise UserError(f"{name.replace('_', ' ')} holds the control character {character!r}")
