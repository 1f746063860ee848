"""The bones of a VRM 1.0 humanoid, which is what every rig is mapped to."""

from __future__ import annotations

SIDES = ("left", "right")
FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")


def segments(finger: str) -> tuple[str, str, str]:
    """VRM names, without side, of the three joints of one of the `FINGERS`."""
    names = ("Metacarpal", "Proximal", "Distal")
    if finger != "Thumb":
        names = ("Proximal", "Intermediate", "Distal")
    return (finger + names[0], finger + names[1], finger + names[2])


ARM = ("Shoulder", "UpperArm", "LowerArm", "Hand")
LEG = ("UpperLeg", "LowerLeg", "Foot", "Toes")
ESSENTIAL = (
    "hips", "spine", "head",
    *(side + bone for side in SIDES for bone in (*ARM[1:], *LEG[:3])),
)  # fmt: skip
HUMANOID = (
    "hips", "spine", "chest", "upperChest", "neck", "head", "leftEye", "rightEye", "jaw",
    *(side + bone for side in SIDES for bone in (
        *ARM, *(segment for finger in FINGERS for segment in segments(finger)))),
    *(side + bone for side in SIDES for bone in LEG),
)  # fmt: skip

PARENT: dict[str, str] = {
    "spine": "hips", "chest": "spine", "upperChest": "chest", "neck": "upperChest",
    "head": "neck", "leftEye": "head", "rightEye": "head", "jaw": "head",
}  # fmt: skip
for _side in SIDES:
    _rows = [("upperChest", ARM), ("hips", LEG)]
    _rows += [(f"{_side}Hand", segments(finger)) for finger in FINGERS]
    for _parent, _row in _rows:
        for _bone in _row:
            PARENT[_side + _bone] = _parent
            _parent = _side + _bone


def sided(bone: str) -> tuple[str, str]:
    """A humanoid bone's side (`left`, `right` or nothing) and its name without it."""
    for side in SIDES:
        rest = bone.removeprefix(side)
        if rest != bone:
            return side, rest
    return "", bone
