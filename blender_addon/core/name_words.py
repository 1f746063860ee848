"""Reading the names of bones as words, for rigs of no known family.

A name is cut into words where letters change case, at marks and digits, and, where languages or
habits write words together, by the words that are known. Words of Japanese, Korean and Chinese
count as their English ones.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from .humanoid import FINGERS, segments, sided

_SYNONYMS = {
    "left": "left lft lf l 左 왼쪽 왼",
    "right": "right rgt rt r 右 오른쪽 오른",
    "upper": "upper up upr uppr 上 위",
    "lower": "lower low lwr down 下 아래",
    "fore": "fore front 前",
    "arm": "arm arms 腕 팔 臂",
    "forearm": "forearm 前腕 小臂 전완",
    "upperarm": "上腕 大臂 상완",
    "shoulder": "shoulder shldr shoulders 肩 어깨",
    "clavicle": "clavicle clav collar collarbone clavicula scapula 鎖骨 锁骨 쇄골",
    "elbow": "elbow ひじ 肘 팔꿈치",
    "hand": "hand 手 손",
    "wrist": "wrist carpus carpal 手首 手腕 손목",
    "hips": "hips pelvis hip cog 腰 骨盤 骨盆 センター 골반 엉덩이",
    "leg": "leg legs 足 腿 다리",
    "thigh": "thigh femur 太もも 大腿 허벅지",
    "knee": "knee ひざ 膝 무릎",
    "shin": "shin calf tibia 脛 小腿 정강이 종아리",
    "foot": "foot feet 脚 발",
    "ankle": "ankle 足首 脚踝 발목",
    "toe": "toe toes ball つま先 足先 脚趾 발가락",
    "spine": "spine spinal torso trunk backbone back 上半身 脊椎 脊柱 척추 상체",
    "waist": "waist abdomen abdominal belly stomach 腹 허리 배",
    "chest": "chest thorax rib ribs ribcage sternum 胸 가슴",
    "neck": "neck cervical 首 脖子 목",
    "head": "head skull cranium 頭 头 머리",
    "eye": "eye eyeball 目 眼 눈",
    "jaw": "jaw mandible あご 顎 下巴 턱",
    "thumb": "thumb thumbs 親指 拇指 엄지",
    "index": "index pointer forefinger 人指 人差指 人差し指 食指 검지",
    "middle": "middle mid 中指 중지",
    "ring": "ring third 薬指 无名指 약지",
    "little": "little pinky pinkie pink small 小指 새끼 소지",
    "finger": "finger fingers digit fng 指 손가락",
    "metacarpal": "metacarpal metacarpals palm palms",
    "base": "base",
    "foreign": (
        "twist roll ik pole target goal helper socket attach weapon prop hair skirt cloth cape "
        "tail wing ear ears breast breasts bust boob nipple tongue lip lips cheek brow eyebrow "
        "lid eyelid nose nostril teeth tooth jiggle physics dummy nub end tip corrective muscle "
        "bulge sleeve strap mch org tweak vis parent lash eyelash phys ribbon hat glasses bag "
        "sword gun shield bow adjust bulk share master aim top site effector null locator "
        "camera light 捩 髪 スカート 袖 先 ダミー 補助 親 머리카락 치마 꼬리"
    ),
}
_WORD = {alias: word for word, aliases in _SYNONYMS.items() for alias in aliases.split()}
_LETTERS = frozenset(alias for alias in _WORD if len(alias) == 1 and alias.isascii())
_LONGEST = max(map(len, _WORD))
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")

_PHRASES: dict[str, dict[str, float]] = {
    "hips": {"hips": 5.0},
    "spine": {"spine": 4.0, "waist": 4.0, "lower spine": 5.0, "lower waist": 5.0},
    "chest": {"chest": 4.0, "spine": 3.0, "waist": 2.5, "upper spine": 3.0, "upper waist": 3.0},
    "upperChest": {"upper chest": 6.0, "chest": 3.0, "spine": 3.0, "upper spine": 3.5},
    "neck": {"neck": 6.0},
    "head": {"head": 6.0},
    "Eye": {"eye": 5.0, "eye head": 5.0},
    "jaw": {"jaw": 6.0, "lower jaw": 6.0},
    "Shoulder": {"clavicle": 6.0, "shoulder": 4.0},
    "UpperArm": {
        "upper arm": 6.0, "upperarm": 6.0, "shoulder": 3.0, "arm": 4.0, "shoulder arm": 4.0,
    },
    "LowerArm": {
        "lower arm": 6.0, "fore arm": 6.0, "forearm": 6.0, "elbow": 6.0, "arm": 1.0,
        "arm elbow": 6.0,
    },
    "Hand": {"hand": 6.0, "wrist": 6.0, "hand wrist": 6.0},
    "UpperLeg": {"upper leg": 6.0, "thigh": 6.0, "hips": 4.0, "leg": 4.0, "upper thigh": 6.0},
    "LowerLeg": {"lower leg": 6.0, "knee": 6.0, "shin": 6.0, "leg": 3.0, "leg knee": 6.0},
    "Foot": {"foot": 6.0, "ankle": 6.0, "foot ankle": 6.0, "foot base": 4.0},
    "Toes": {"toe": 6.0, "toe base": 6.0, "foot toe": 6.0, "foot toe base": 6.0},
}  # fmt: skip
_FINGER_WORDS = {"hand", "finger"}
CONTRARY = -8.0
"""Weight of a name that says the other side, or something that is no humanoid bone."""


@dataclass(frozen=True)
class Reading:
    """`words`: what a name says, in English; `written`: the same as it stands there."""

    words: frozenset[str]
    written: tuple[str, ...]

    @classmethod
    @lru_cache(maxsize=4096)
    def of(cls, name: str) -> Reading:
        """Read a bone's name."""
        plain = unicodedata.normalize("NFKC", name).rsplit(":", 1)[-1].rsplit("|", 1)[-1]
        written = [known for piece in _PIECES.findall(plain) for known in _known(piece.lower())]
        return cls(frozenset(_WORD[piece] for piece in written), tuple(written))

    def weight(self, slot: str) -> float:
        """How much the name speaks for a humanoid bone; 0 when it says nothing."""
        side, part = sided(slot)
        named = self.words & {"left", "right"}
        body = self.words - {"left", "right"}
        if "foreign" in body:
            return CONTRARY
        if not body:
            return 0.0
        fit = _finger(part, body) if part.startswith(FINGERS) else _phrase(part, body)
        if len(named) == 1:
            if side and side not in named:
                return CONTRARY
            return fit + (2.0 if side else -3.0)
        return fit - (3.0 if side else 0.0)


def _phrase(part: str, body: frozenset[str]) -> float:
    weights = [
        weight for phrase, weight in _PHRASES[part].items() if frozenset(phrase.split()) == body
    ]
    loose = [
        weight - 4.0
        for phrase, weight in _PHRASES[part].items()
        if frozenset(phrase.split()) < body
    ]
    return max([*weights, *loose, -4.0])


def _finger(part: str, body: frozenset[str]) -> float:
    finger = next(name for name in FINGERS if part in segments(name))
    if finger.lower() not in body:
        return -6.0
    rest = body - {finger.lower()} - _FINGER_WORDS
    if "metacarpal" in rest and finger != "Thumb":
        return -4.0
    return 4.0 if rest <= {"metacarpal", "base", "fore"} else -2.0


def _known(piece: str) -> list[str]:
    """The known words in a run of letters: itself, or the longest words that fill it."""
    if piece in _WORD:
        return [piece]
    if not piece.isascii():
        return _longest(piece)
    filled = _filled(piece)
    return filled if filled is not None else []


def _longest(piece: str) -> list[str]:
    words: list[str] = []
    at = 0
    while at < len(piece):
        sizes = range(min(_LONGEST, len(piece) - at), 0, -1)
        found = next(
            (piece[at : at + size] for size in sizes if piece[at : at + size] in _WORD), ""
        )
        words += [found] if found else []
        at += len(found) or 1
    return words


def _filled(piece: str) -> list[str] | None:
    """Known words that make up all of the piece, long ones first; `l` and `r` only at an end."""
    for size in range(min(_LONGEST, len(piece)), 1, -1):
        if piece[:size] in _WORD:
            rest = piece[size:]
            if not rest or rest in _LETTERS:
                return [piece[:size], *([rest] if rest else [])]
            more = _filled(rest)
            if more is not None:
                return [piece[:size], *more]
    if len(piece) > 3 and piece[0] in "lr":
        more = _filled(piece[1:])
        return None if more is None else [piece[0], *more]
    return None
