"""Why a bone was chosen, in words for an animator."""

from __future__ import annotations

from .humanoid import FINGERS, sided
from .name_evidence import Names
from .name_words import Reading
from .rig import Rig

_PLACES = {
    "hips": "where the legs and the spine begin",
    "spine": "first bone of the trunk above the hips",
    "chest": "in the middle of the trunk",
    "upperChest": "last bone of the trunk below the arms",
    "neck": "goes on upwards between the shoulders",
    "head": "at the upper end of the neck",
    "Eye": "in front at the {side} of the head",
    "jaw": "below the front of the head",
    "Shoulder": "between the chest and the {side} arm",
    "UpperArm": "first long bone of the {side} arm's chain{end}",
    "LowerArm": "second long bone of the {side} arm's chain{end}",
    "Hand": "end of the {side} arm's chain{end}",
    "UpperLeg": "first long bone of the {side} leg's chain",
    "LowerLeg": "second long bone of the {side} leg's chain",
    "Foot": "end of the {side} leg's chain, lowest of all",
    "Toes": "goes on forwards from the {side} foot",
}
_NAMED = "named like {family}: {bone}"
_READ = "its name says {words}"
_FINGER = "{place} bone of a chain in the {side} hand, in the place of the {finger}"
_END = ", which ends in {count}"
TEMPLATES = (_NAMED, _READ, _FINGER, _END, *_PLACES.values())
"""What reasons are made of, for who says them in another language."""
_COUNTS = ("", "one finger", "two fingers", "three fingers", "four fingers", "five fingers")
_ORDER = ("first", "second", "third")


def reasons(rig: Rig, names: Names, bones: dict[str, int]) -> dict[str, str]:
    """One line for each humanoid bone of `bones`: how the name reads, or else where it lies."""
    return {
        slot: _name(slot, rig.names[bone], names) or _place(slot, bones)
        for slot, bone in bones.items()
    }


def _name(slot: str, bone: str, names: Names) -> str:
    if names.stated.get(slot) == bone:
        return "the rig's own file says so"
    if names.listed.get(slot, ("",))[0] == bone:
        return _NAMED.format(family=names.title, bone=bone)
    reading = Reading.of(bone)
    if reading.weight(slot) <= 0.0:
        return ""
    return _READ.format(words=", ".join(f"“{word}”" for word in reading.written))


def _place(slot: str, bones: dict[str, int]) -> str:
    side, part = sided(slot)
    finger = next((finger for finger in FINGERS if part.startswith(finger)), None)
    if finger is not None:
        joints = [name for name in bones if name.startswith(side + finger)]
        place = _ORDER[joints.index(slot)]
        return _FINGER.format(place=place, side=side, finger=finger.lower())
    fingers = sum(any(name.startswith(side + finger) for name in bones) for finger in FINGERS)
    end = _END.format(count=_COUNTS[fingers]) if fingers else ""
    return _PLACES[part].format(side=side, end=end)
