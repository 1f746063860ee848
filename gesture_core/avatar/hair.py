"""Hair of a character: the strands of a haircut as ribbons bound to the head.

A ribbon is a few hairs wide; its texture holds the single hairs with a cut-out alpha.
"""

from dataclasses import dataclass, replace

import numpy as np

from gesture_core.avatar.basemesh import Floats
from gesture_core.avatar.combing import HairStyle
from gesture_core.avatar.hair_blend import blend_strands
from gesture_core.avatar.hair_growth import coils, grow, hang_tail, knot_centre, scalp_roots
from gesture_core.avatar.hair_styles import STYLES, StyleName
from gesture_core.avatar.head import Head, measure_head
from gesture_core.avatar.human import Human
from gesture_core.avatar.part import Part
from gesture_core.avatar.texture import encode, smoothstep
from gesture_core.formats.glb_writer import Picture

PATTERNS = 4  # strips side by side in the strand texture
LONG_REACH = 5.0  # eye-to-crown lengths below the eyes down to which hair lies on the body
OVER_FACE = 55.0  # degrees from the front up to which a hairline recedes


@dataclass(frozen=True)
class Hair:
    """Cut and colour (sRGB) of the hair; strands is the number of ribbons, 0 the style's own.

    length and volume: factors on the style's; hairline: how much higher it begins over the face
    than the style has it, in eye-to-crown lengths; mirrored: parted on the other side; into: the
    hair that this is `share` of the way to, in the shape of its strands but not in colour.
    """

    style: StyleName
    color: tuple[float, ...] = (0.085, 0.066, 0.058)
    strands: int = 0
    seed: int = 0
    length: float = 1.0
    volume: float = 1.0
    hairline: float = 0.0
    mirrored: bool = False
    into: "Hair | None" = None
    share: float = 0.0

    def cut(self) -> HairStyle:
        """The style as this person wears it."""
        style = STYLES[self.style]
        strands = self.strands or style.strands
        if (self.length, self.volume, self.hairline, self.mirrored) == (1.0, 1.0, 0.0, False):
            return replace(style, strands=strands)
        over_face = [(a, h + self.hairline * (a < OVER_FACE)) for a, h in style.hairline]
        least, most = style.volume
        return replace(
            style,
            strands=strands,
            hairline=over_face,
            stretch=self.length,
            lift=style.lift * self.volume,
            volume=(least, least + (most - least) * self.volume),
            parting=-style.parting if self.mirrored else style.parting,
        )


def grow_hair(human: Human, hair: Hair) -> Part:
    """The whole head of hair as ribbons."""
    style, rng = hair.cut(), np.random.default_rng(hair.seed)
    head = head_for(human, style)
    lines, normals = grow_strands(human, head, style, rng)
    if hair.into is not None:
        other, again = hair.into.cut(), np.random.default_rng(hair.into.seed)
        head = head_for(human, other) if other.hangs else head
        lines, normals = blend_strands(
            lines, grow_strands(human, head, other, again)[0], hair.share, head
        )
        width = style.width + hair.share * (other.width - style.width)
        style = replace(other if other.hangs else style, width=width)
    return ribbons(human, lines, normals, style, rng)


def head_for(human: Human, style: HairStyle) -> Head:
    """Measures of the head with as much of the body's surface as the style reaches."""
    return measure_head(human, LONG_REACH) if style.hangs else measure_head(human)


def grow_strands(
    human: Human, head: Head, style: HairStyle, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Centre lines (N, S+1, 3) of all strands and the outward normals along them."""
    lines, normals = grow(scalp_roots(human, head, style, rng), head, style, rng)
    if style.knot is None:
        return lines, normals
    if style.tail:
        more, outward = hang_tail(head, style, rng)
    else:
        centre = knot_centre(head, style.knot[0], 0.024)
        more, outward = coils(centre, style.knot[1], style.segments + 1, rng)
    return np.concatenate([lines, more]), np.concatenate([normals, outward])


def ribbons(
    human: Human, lines: Floats, normals: Floats, style: HairStyle, rng: np.random.Generator
) -> Part:
    """Turn centre lines (N, S+1, 3) into strips of quads that lie flat on the head."""
    count, points, _ = lines.shape
    tangent = np.gradient(lines, axis=1)
    twist = rng.normal(0, 0.35, (count, 1, 1)) * [0.3, 0.0, 0.2]
    across = np.cross(tangent, normals + twist)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    t = np.linspace(0, 1, points)
    root = 0.9 if style.knot else 0.55
    taper = (root + (1 - root) * np.minimum(1, 4 * t)) * (1 - 0.45 * t**3)
    half = 0.5 * style.width * rng.uniform(0.7, 1.25, (count, 1)) * taper
    edges = np.stack([lines - across * half[..., None], lines + across * half[..., None]], axis=2)
    start = 2 * points * np.arange(count)[:, None] + 2 * np.arange(points - 1)
    faces = np.stack([start, start + 1, start + 3, start + 2], axis=-1).reshape(-1, 4)
    column = rng.integers(0, PATTERNS, count)[:, None] + [0.03, 0.97]
    u = np.broadcast_to((column / PATTERNS)[:, None, :], (count, points, 2))
    v = np.broadcast_to(t[None, :, None], (count, points, 2))
    uvs = np.stack([u, v], axis=-1).reshape(-1, 2)
    positions = edges.reshape(-1, 3)
    weights = np.zeros((len(positions), len(human.rig.names)))
    weights[:, human.rig.index("head")] = 1.0
    if style.hangs:
        weights = _hang_weights(human, positions)
    shading = _round_normals(normals, rng) if style.round else None
    return Part("hair", faces, positions, weights, uvs[faces], normals=shading)


def _round_normals(normals: Floats, rng: np.random.Generator) -> Floats:
    """Normals (2 N (S+1), 3) that shade a head of hair as one body, and not strip by strip."""
    each = normals + rng.normal(0, 0.18, (len(normals), 1, 3))
    each /= np.linalg.norm(each, axis=-1, keepdims=True)
    return np.repeat(each.reshape(-1, 3), 2, axis=0)


def _hang_weights(human: Human, points: Floats) -> Floats:
    """Weights (N, B): hair follows the head, and below it neck and chest, that it may lie there."""
    rig = human.rig
    weights = np.zeros((len(points), len(rig.names)))
    chin, neck, chest = (float(rig.head(name)[1]) for name in ("head", "neck", "upperChest"))
    on_neck = smoothstep(points[:, 1], chin, neck)
    on_chest = smoothstep(points[:, 1], neck, (neck + chest) / 2)
    weights[:, rig.index("head")] = 1 - on_neck
    weights[:, rig.index("neck")] = on_neck * (1 - on_chest)
    weights[:, rig.index("upperChest")] = on_neck * on_chest
    return weights


def hair_picture(hair: Hair) -> Picture:
    """The hairs on the ribbons of a haircut."""
    tips = STYLES[hair.style].tips
    if hair.into is not None:
        tips += hair.share * (STYLES[hair.into.style].tips - tips)
    return strand_picture("hair", hair.color, tips)


def strand_picture(name: str, color: tuple[float, ...], tips: float, size: int = 512) -> Picture:
    """Hairs side by side in PATTERNS strips, root at the bottom, cut out by alpha; `tips`: share
    of their length over which they end."""
    rng = np.random.default_rng(5)
    strip, hairs = size // PATTERNS, 12
    x, y = np.arange(strip) + 0.5, (np.arange(size) + 0.5) / size
    alpha, shade = np.zeros((size, size)), np.ones((size, size))
    for pattern in range(PATTERNS):
        columns = slice(pattern * strip, (pattern + 1) * strip)
        tone = 0.80 + 0.13 * pattern
        for index in range(hairs):
            begin, end = 0.10 * rng.random() ** 1.5, 1 - tips * rng.random() ** 1.3
            centre = (index + 0.5) / hairs * strip + rng.normal(0, 1.5)
            path = centre + 2.0 * np.sin(6 * y + index)[:, None]
            width = strip / hairs * 0.75 * (1 - 0.75 * y**2)[:, None]
            cover = (
                np.clip(1.3 - np.abs(x - path) / width, 0, 1) * ((y > begin) & (y < end))[:, None]
            )
            front = cover > alpha[:, columns]
            bright = tone * (0.65 + 0.7 * rng.random())
            shade[:, columns] = np.where(front, bright, shade[:, columns])
            alpha[:, columns] = np.maximum(alpha[:, columns], cover)
    picture = np.concatenate([shade[..., None] * np.array(color), alpha[..., None]], axis=-1)
    return encode(name, picture[::-1])


def scalp_shade(human: Human, hair: Hair, positions: Floats) -> Floats:
    """How dark the skin (N,) should be painted under the hair, 0–1, soft at the hairline."""
    head, style = measure_head(human), hair.cut()
    shade = style.shade * smoothstep(style.inside(head, positions), -0.004, 0.007)
    if hair.into is None:
        return shade
    return shade + hair.share * (scalp_shade(human, hair.into, positions) - shade)
