"""Plain shoes lofted around the measured foot: an upper that reaches under the trousers, a sole."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from gesture_core.avatar.basemesh import BODY, Floats
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import Part, join
from gesture_core.avatar.rig import SIDES

STATIONS, AROUND = 28, 20


@dataclass(frozen=True)
class Shoes:
    """Colours in sRGB; sole thickness and room around the foot in metres."""

    color: tuple[float, ...] = (0.09, 0.08, 0.075)
    sole_color: tuple[float, ...] = (0.07, 0.065, 0.06)
    sole: float = 0.018
    room: float = 0.006


@dataclass(frozen=True)
class Foot:
    """A foot in its own frame: ground point under the ankle, forward and side directions.

    along (S,) stations from heel to toe; inner, outer (S,) signed side extents; top (S,)
    heights over the sole; all metres.
    """

    origin: Floats
    forward: Floats
    across: Floats
    along: Floats
    inner: Floats
    outer: Floats
    top: Floats


def build_shoes(human: Human, shoes: Shoes) -> tuple[Part, Part]:
    """Uppers and soles of both feet."""
    feet = {side: measure_foot(human, side, shoes) for side in SIDES}
    uppers = [_bind(human, side, "shoes", _upper(foot)) for side, foot in feet.items()]
    soles = [_bind(human, side, "soles", _sole(foot, shoes)) for side, foot in feet.items()]
    return join("shoes", uppers), join("soles", soles)


def measure_foot(human: Human, side: str, shoes: Shoes) -> Foot:
    """Extents of one foot at evenly spaced stations, with room added."""
    rig = human.rig
    bones = [rig.index(f"{side}Foot"), rig.index(f"{side}Toes")]
    ankle, toes = rig.head(f"{side}Foot"), rig.head(f"{side}Toes")
    forward = (toes - ankle) * [1.0, 0.0, 1.0]
    forward /= np.linalg.norm(forward)
    across = np.array([forward[2], 0.0, -forward[0]])
    origin = ankle * [1.0, 0.0, 1.0] + [0.0, shoes.sole, 0.0]
    points = human.vertices[BODY][human.weights[BODY][:, bones].sum(1) > 0.5] - origin
    x, s, y = points @ forward, points @ across, points[:, 1]
    heel, tip = x.min() - shoes.room, x.max() + shoes.room + 0.008
    along = np.linspace(heel, tip, STATIONS)
    inner, outer, top = (np.empty(STATIONS) for _ in range(3))
    for index, place in enumerate(np.clip(along, x.min() + 0.012, x.max() - 0.012)):
        near = np.abs(x - place) < 0.014
        inner[index], outer[index], top[index] = s[near].min(), s[near].max(), y[near].max()
    top = np.where(along < 0.035, np.maximum(top, 0.115), top)
    room = shoes.room
    smooth = [gaussian_filter1d(values, 1.6, mode="nearest") for values in (inner, outer, top)]
    inner, outer, top = smooth[0] - room, smooth[1] + room, smooth[2] + 0.8 * room
    # round the ends of the last
    unit = np.clip((along - heel) / 0.028, 0, 1), np.clip((tip - along) / 0.050, 0, 1)
    round_end = np.sqrt(1 - (1 - unit[0]) ** 2) * np.sqrt(1 - (1 - unit[1]) ** 2.4)
    middle, half = (inner + outer) / 2, (outer - inner) / 2 * np.maximum(round_end, 0.02)
    toe_height = 0.35 + 0.65 * np.sqrt(np.clip((tip - along) / 0.06, 0, 1))
    return Foot(origin, forward, across, along, middle - half, middle + half, top * toe_height)


def _upper(foot: Foot) -> Floats:
    """Half-tube over the foot: positions (STATIONS, AROUND, 3) in the world."""
    turn = np.linspace(0, np.pi, AROUND)
    cos, sin = np.cos(turn), np.sin(turn)
    side = np.sign(cos) * np.abs(cos) ** 0.55
    middle, half = (foot.inner + foot.outer) / 2, (foot.outer - foot.inner) / 2
    height = foot.top[:, None] * np.abs(sin) ** 0.75
    # a shaft narrows towards the ankle
    narrow = 1 - 0.28 * np.clip((height - 0.05) / 0.07, 0, 1)
    offset = middle[:, None] + half[:, None] * side * narrow
    return _to_world(foot, foot.along[:, None] + 0 * offset, offset, height)


def _sole(foot: Foot, shoes: Shoes) -> Floats:
    """Slab under the upper with a welt: rings of the outline from top to ground."""
    welt = 0.004
    rings = []
    outline_x = np.concatenate([foot.along, foot.along[::-1]])
    middle = (foot.inner + foot.outer) / 2
    half = (foot.outer - foot.inner) / 2 + welt
    outline_s = np.concatenate([middle + half, (middle - half)[::-1]])
    for scale, height in ((0.0, 0.003), (1.0, 0.003), (1.0, -shoes.sole), (0.0, -shoes.sole)):
        s = np.concatenate([middle, middle[::-1]]) * (1 - scale) + outline_s * scale
        rings.append(_to_world(foot, outline_x, s, np.full_like(s, height)))
    return np.stack(rings, axis=1)


def _to_world(foot: Foot, x: Floats, s: Floats, y: Floats) -> Floats:
    up = np.array([0.0, 1.0, 0.0])
    return (
        foot.origin
        + x[..., None] * foot.forward
        + s[..., None] * foot.across
        + np.broadcast_to(y, s.shape)[..., None] * up
    )


def _bind(human: Human, side: str, name: str, grid: Floats) -> Part:
    """Grid (R, C, 3) to quads, weighted between lower leg, foot and toes by place."""
    rows, columns = grid.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    faces = np.stack(
        [index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1
    ).reshape(-1, 4)
    rig, positions = human.rig, grid.reshape(-1, 3)
    ankle, toes = rig.head(f"{side}Foot"), rig.head(f"{side}Toes")
    forward = (toes - ankle) * [1.0, 0.0, 1.0]
    reach = np.linalg.norm(forward)
    past_ball = (positions - ankle) @ forward / reach - reach
    toe = np.clip(0.5 + past_ball / 0.03, 0, 1)
    shin = np.clip((positions[:, 1] - ankle[1] - 0.01) / 0.05, 0, 1) * 0.8
    weights = np.zeros((len(positions), len(rig.names)))
    weights[:, rig.index(f"{side}Toes")] = toe
    weights[:, rig.index(f"{side}Foot")] = (1 - toe) * (1 - shin)
    weights[:, rig.index(f"lowerleg02.{SIDES[side]}")] = (1 - toe) * shin
    uv = np.stack(np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows)), -1)
    return Part(name, faces, positions, weights, uv.reshape(-1, 2)[faces])
