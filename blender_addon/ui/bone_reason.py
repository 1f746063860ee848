"""Saying why a bone was chosen in the language of the window."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from bpy.app.translations import pgettext_iface as translated

from ..core.bone_reasons import TEMPLATES


def said(reason: str, into: Callable[[str], str] = translated) -> str:
    """A reason, or a part of one, translated `into` another language."""
    for template in TEMPLATES:
        found = _pattern(template).fullmatch(reason)
        if found:
            words = {name: said(word, into) for name, word in found.groupdict().items()}
            return into(template).format(**words)
    return into(reason) if reason else ""


@lru_cache(maxsize=64)
def _pattern(template: str) -> re.Pattern[str]:
    """What a filled template looks like."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", re.escape(template)))


KOREAN = {
    "named like {family}: {bone}": "{family} 방식의 이름: {bone}",
    "its name says {words}": "이름에 있는 낱말: {words}",
    "{place} bone of a chain in the {side} hand, in the place of the {finger}": (
        "{side} 손에서 {finger} 자리에 있는 사슬의 {place} 본"
    ),
    ", which ends in {count}": ". 이 사슬은 {count}로 끝남",
    "where the legs and the spine begin": "다리와 척추가 시작되는 곳",
    "first bone of the trunk above the hips": "골반 위 몸통의 첫 본",
    "in the middle of the trunk": "몸통의 가운데",
    "last bone of the trunk below the arms": "팔 아래 몸통의 마지막 본",
    "goes on upwards between the shoulders": "어깨 사이에서 위로 이어짐",
    "at the upper end of the neck": "목의 위쪽 끝",
    "in front at the {side} of the head": "머리 앞 {side}",
    "below the front of the head": "머리 앞 아래",
    "between the chest and the {side} arm": "가슴과 {side} 팔 사이",
    "first long bone of the {side} arm's chain{end}": "{side} 팔 사슬의 첫째 긴 본{end}",
    "second long bone of the {side} arm's chain{end}": "{side} 팔 사슬의 둘째 긴 본{end}",
    "end of the {side} arm's chain{end}": "{side} 팔 사슬의 끝{end}",
    "first long bone of the {side} leg's chain": "{side} 다리 사슬의 첫째 긴 본",
    "second long bone of the {side} leg's chain": "{side} 다리 사슬의 둘째 긴 본",
    "end of the {side} leg's chain, lowest of all": "가장 낮은 곳, {side} 다리 사슬의 끝",
    "goes on forwards from the {side} foot": "{side} 발에서 앞으로 이어짐",
    "the rig's own file says so": "리그 파일에 적혀 있음",
    "chosen by you": "직접 선택함",
    "written in the bone map": "본 맵에 적혀 있음",
    "left": "왼쪽",
    "right": "오른쪽",
    "first": "첫째",
    "second": "둘째",
    "third": "셋째",
    "thumb": "엄지",
    "index": "검지",
    "middle": "중지",
    "ring": "약지",
    "little": "소지",
    "one finger": "손가락 한 개",
    "two fingers": "손가락 두 개",
    "three fingers": "손가락 세 개",
    "four fingers": "손가락 네 개",
    "five fingers": "손가락 다섯 개",
}
