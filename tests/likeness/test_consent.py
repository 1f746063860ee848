import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.likeness.consent import (
    Consent,
    LikenessRecord,
    likeness_in,
    parse_consent,
    record_from_json,
    record_likeness,
)

HANA = Consent("Kim Hana", date(2026, 1, 5), "films of her lectures")
WORDS = st.from_regex(r"[a-z가-힣]{2,10}( [A-Za-z가-힣',]{2,9}){0,3}", fullmatch=True)
DAYS = st.dates(date(1900, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("text", "consent"),
    [
        ("Kim Hana, 2026-01-05, films of her lectures", HANA),
        ("  Kim  Hana ;2026.1.5.; films of her\tlectures ", HANA),
        (
            "김하나, 2026년 1월 5일, 수업, 발표 영상",
            Consent("김하나", date(2026, 1, 5), "수업, 발표 영상"),
        ),
        (
            "Collins, Eileen, 2026/01/05, a test",
            Consent("Collins, Eileen", date(2026, 1, 5), "a test"),
        ),
    ],
)
def test_a_consent_is_read_as_people_write_it(text, consent):
    assert parse_consent(text) == consent


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "Kim Hana",
        "Kim Hana, films of her lectures",
        "Kim Hana, last week, films",
        "2026-01-05, Kim Hana, films",
        ", 2026-01-05, films",
        "Kim Hana, 2026-01-05,",
        "Kim Hana, 2026-01-05, -",
        "x, 2026-01-05, films",
        "Kim Hana, 2026-02-30, films",
        "Kim Hana, 1066-10-14, films",
        f"Kim Hana, 2026-01-05, {'films ' * 200}",
        "Kim\x07Hana, 2026-01-05, films",
    ],
)
def test_a_consent_that_is_not_whole_is_refused(text):
    with pytest.raises(UserError):
        parse_consent(text)


@given(WORDS, DAYS, WORDS)
def test_what_is_written_is_read(who, when, what_for):
    consent = parse_consent(f"{who}, {when}, {what_for}")
    assert (consent.who, consent.when, consent.what_for) == (
        who.strip(),
        when,
        what_for.strip(),
    )


def test_a_consent_to_come_is_none():
    tomorrow = Consent("Kim Hana", date.today() + timedelta(1), "films")
    with pytest.raises(UserError, match="later than"):
        record_likeness("hana", tomorrow)


def test_only_the_person_takes_the_mark_off():
    assert record_likeness("hana", HANA).mark
    statement = "I, Kim Hana, want no visible mark on my likeness."
    record = record_likeness("hana", HANA, unmarked=statement)
    assert not record.mark
    assert record.consents[0].unmarked == statement
    for other in ("yes", "", "I, Kim Duri, want no visible mark on her likeness."):
        with pytest.raises(UserError):
            record_likeness("hana", HANA, unmarked=other)


def test_a_blend_is_marked_while_one_of_its_people_wants_it():
    unmarked = record_likeness("hana", HANA, unmarked="I, Kim Hana, ask for none.").consents[0]
    other = Consent("Lee Duri", date(2026, 1, 6), "films of his lectures")
    record = LikenessRecord("both", (unmarked, other), date(2026, 2, 1))
    assert record.mark
    assert "Kim Hana" in record.notice
    assert "Lee Duri" in record.notice


@given(WORDS, DAYS, WORDS, st.booleans())
def test_a_record_survives_json(who, when, what_for, mark):
    consent = Consent(who, when, what_for, None if mark else f"I, {who}, ask for none.")
    record = LikenessRecord("hana", (consent, HANA), date(2026, 2, 1))
    again = record_from_json(json.loads(json.dumps(record.to_json())), "here")
    assert again == record


def _changed(**changes):
    return record_likeness("hana", HANA).to_json() | changes


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "Kim Hana agreed",
        _changed(format=2),
        _changed(name=""),
        _changed(name=7),
        _changed(consents=[]),
        _changed(consents=None),
        _changed(consents=[{"who": "Kim Hana"}]),
        _changed(made="today"),
        _changed(made="2020-01-01"),
        _changed(mark=False),
        _changed(notice="A photograph"),
        _changed(consents=_changed()["consents"] * 17),
    ],
)
def test_a_record_that_was_tampered_with_is_refused_with_its_place(value):
    with pytest.raises(UserError, match=r"^file\.glb"):
        record_from_json(value, "file.glb")


def test_most_characters_are_nobodys_likeness():
    assert likeness_in({"name": "mina"}, "file") is None
    assert likeness_in(None, "file") is None
    record = record_likeness("hana", HANA)
    assert likeness_in({"likeness": record.to_json()}, "file") == record
    with pytest.raises(UserError, match="file: likeness"):
        likeness_in({"likeness": True}, "file")


def test_words_that_are_too_short_are_named() -> None:
    with pytest.raises(UserError, match="a name with a letter in it, not '7'"):
        record_likeness("7", parse_consent("Kim Hana, 2026-11-20, films"))
    assert record_likeness("솔", parse_consent("Kim Hana, 2026-11-20, films")).name == "솔"
