"""From pictures of a person to their character: every step of a fit, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.body import with_build
from gesture_core.avatar.character import CharacterSpec, build_avatar
from gesture_core.avatar.library import load_bundled
from gesture_core.avatar.looks import Looks
from gesture_core.avatar.wishes import Wishes, fulfil, nature
from gesture_core.likeness.body_fit import fit_body
from gesture_core.likeness.body_view import see_body
from gesture_core.likeness.clothes_fit import fit_clothes
from gesture_core.likeness.consent import LikenessRecord
from gesture_core.likeness.face_view import Chosen, Refusal, choose_faces
from gesture_core.likeness.fit import Fit, FittedView, fit_face
from gesture_core.likeness.hair_fit import fit_hair
from gesture_core.likeness.photo import Photo
from gesture_core.likeness.proportions import femininity
from gesture_core.likeness.skin_fit import fit_skin
from gesture_core.progress import Progress, part, silent

Picture = NDArray[np.uint8]

NO_WISHES = Wishes()
UNSURE = (0.3, 0.7)  # femininity that is neither


@dataclass(frozen=True)
class Portrayed:
    """What became of the pictures: the `fit`, and what to tell of it.

    used: names of the pictures it rests on, and refused: those it does not, with the reason;
    error: median distance of landmarks from where they were seen, per distance of the eyes;
    beside: pictures (H, W, 3) of the face from the front, for who judges the likeness;
    warnings: what could not be done as wanted.
    """

    fit: Fit
    used: tuple[str, ...]
    refused: tuple[Refusal, ...]
    error: float
    beside: tuple[Picture, ...]
    warnings: tuple[str, ...] = ()


def fit_avatar(
    paths: Sequence[Path],
    path: Path,
    *,
    record: LikenessRecord,
    wishes: Wishes = NO_WISHES,
    progress: Progress = silent,
    force: bool = False,
) -> Portrayed:
    """Build the character (.glb) of the one person in some pictures and videos.

    Nothing is read without a `record` of the person's consent, which the file carries. wishes:
    what the user knows better, such as gender, age and height, or wants otherwise. `UserError`
    where no picture can be used, with the reason for each.
    """
    known = nature(wishes)
    fulfil(wishes, load_bundled(_like(known.get("gender", 0.5))))  # tells of a wrong wish at once
    chosen = choose_faces(paths, progress=part(progress, 0.0, 0.15))
    fit = fit_face(chosen.views, progress=part(progress, 0.15, 0.4), known=known)
    spec, looks = describe_person(fit, part(progress, 0.4, 0.65))
    progress(0.65, "body and clothes")
    spec, looks = dress(spec, looks, chosen.body or min(fit.views, key=_movement).view.photo)
    spec, looks = fulfil(wishes, spec, looks)
    whose = ", ".join(consent.who for consent in record.consents)
    spec = replace(spec, name=record.name, description=f"likeness of {whose}")
    build_avatar(
        spec,
        path,
        part(progress, 0.7, 1.0),
        looks=looks,
        likeness=record.to_json(),
        force=force,
    )
    used = tuple(view.photo.name for view in chosen.views)
    error = float(np.median([view.error for view in fit.views]))
    return Portrayed(
        fit,
        used,
        chosen.refused,
        error,
        beside=(min(fit.views, key=_movement).view.rgb,),
        warnings=(*chosen.warnings, *_doubts(chosen, known)),
    )


def describe_person(fit: Fit, progress: Progress = silent) -> tuple[CharacterSpec, Looks]:
    """The description and the looks of a fitted face, on a usual body in usual clothes."""
    skin = fit_skin(fit, progress=part(progress, 0.0, 0.6))
    hair = fit_hair(fit, skin.tone, skin.lights, progress=part(progress, 0.6, 1.0))
    usual = load_bundled(_like(fit.phenotype["gender"]))
    spec = replace(
        usual,
        phenotype=fit.phenotype,
        changes=fit.changes,
        resting={},
        skin=replace(usual.skin, tone=skin.tone, lips=skin.lips, stubble=0.0),
        iris=skin.iris or usual.iris,
        brows=skin.brows,
        hair=hair,
    )
    return spec, Looks(fit.offsets, skin.skin, skin.known, skin.eye)


def dress(
    spec: CharacterSpec, looks: Looks | None, photo: Photo
) -> tuple[CharacterSpec, Looks | None]:
    """The same face with the build and the colours of clothes that a photo shows, where it does."""
    body = see_body(photo)
    if body is None:
        return spec, looks
    top, trousers = fit_clothes(body, spec.skin.tone)
    worn = {"top": top, "trousers": trousers}
    clothes = tuple(replace(one, color=worn[one.kind] or one.color) for one in spec.clothes)
    return with_build(replace(spec, clothes=clothes), looks, {}, fit_body(body, spec))


def _movement(seen: FittedView) -> float:
    """How far a face is from looking straight ahead at rest."""
    return float(np.linalg.norm(seen.view.turn[:2]) + 0.2 * np.sum(seen.expression))


def _doubts(chosen: Chosen, known: Mapping[str, float]) -> Iterator[str]:
    """What the user had better check or say."""
    if "gender" not in known and UNSURE[0] < femininity(chosen.views) < UNSURE[1]:
        yield "gender: woman or man could not be told from the pictures; say which it is"


def _like(gender: float) -> str:
    """The bundled character whose clothes and shoes a person wears unless a picture shows more."""
    return "mina" if gender > 0.5 else "jun"
