"""How like a person a fitted character is: its landmarks, its identity, its head, its cost.

A folder holds people: NAME/fit with the pictures and videos that the fit may see, NAME/held with
others of the same person, by which it is judged. Whoever has no held pictures is judged by the
fit's own, and the report says so.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import check_writable
from gesture_core.blender import RenderSettings, render_clip
from gesture_core.errors import UserError
from gesture_core.evaluate.head_size import adult_population, head_sizes
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.likeness.consent import Consent, LikenessRecord, record_likeness
from gesture_core.likeness.face_finding import FaceFinder
from gesture_core.likeness.face_view import choose_faces
from gesture_core.likeness.fit import refit_view
from gesture_core.likeness.identity import distances, embed, face_chip, load_identity
from gesture_core.likeness.photo import read_photos
from gesture_core.likeness.portray import fit_avatar
from gesture_core.portrait import portrait_motion, write_portrait
from gesture_core.progress import Progress, part, silent

if TYPE_CHECKING:
    from gesture_core.models.identity import IdentityNetwork

Picture = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]

SIDES = {"frontal": 0.0, "from the left": 30.0, "from the right": -30.0}
"""Degrees towards the character's left from which it is judged."""
FITTED, HELD, FRONTAL, YAWED, NEAREST = 0.015, 0.03, 0.45, 0.6, 0.8
"""The most that landmark errors and identity distances may be, and the share of views in which
the right person must be the nearest."""
_SIZE = 480
_FRAMES = 12
"""Most pictures of a held video that identity is compared with."""


@dataclass(frozen=True)
class Judged:
    """What was measured of one person.

    error, held_error: median distance of landmarks, fitted and held out, of the distance between
    the eyes (None without held pictures); distances: of renders from SIDES to the held pictures;
    nearest: the person nearest to each of them; scores: sizes of the head in standard deviations
    of adults, `outside` those that no adult has; seconds and megabytes: of the fit, to the file.
    """

    name: str
    views: int
    error: float
    held_error: float | None
    distances: dict[str, float]
    nearest: dict[str, str]
    scores: dict[str, float]
    outside: list[str]
    seconds: float
    megabytes: float


@dataclass(frozen=True)
class _Fitted:
    """What the process that fits a person hands back."""

    views: int
    error: float
    held_error: float | None
    sizes: dict[str, float]
    seconds: float
    megabytes: float


def judge_people(
    folder: Path,
    identity: Path,
    out: Path,
    consent: Consent,
    progress: Progress = silent,
    *,
    force: bool = False,
) -> dict[str, Any]:
    """Fit and judge everybody in `folder`; characters and sheets go to `out`.

    identity: folder of the identity network's weights, see `load_identity`; consent: of everybody,
    which each character carries. `UserError` where `out` holds one of the files, without `force`.
    """
    people = list_people(folder)
    for path in (out / f"{name}{suffix}" for name in people for suffix in (".glb", ".png")):
        check_writable(path, force=force)
    network = load_identity(identity)
    known = {name: embed_people(network, pictures_of(folder / name)) for name in people}
    out.mkdir(parents=True, exist_ok=True)
    judged = []
    for number, name in enumerate(people):
        share = part(progress, number / len(people), (number + 1) / len(people))
        share(0.0, f"judging {name}")
        record = record_likeness(name, consent)
        judged.append(judge_person(folder / name, out / f"{name}.glb", record, network, known))
        share(0.8, f"drawing {name}")
        draw_sheet(out / f"{name}.glb", out / f"{name}.png", pictures_of(folder / name)[:2])
    return report(judged, unheld=[n for n in people if not _files(folder / n / "held")])


def judge_person(
    person: Path,
    avatar: Path,
    record: LikenessRecord,
    network: IdentityNetwork,
    known: Mapping[str, Floats],
) -> Judged:
    """Fit the `person` in a folder, write the `avatar` and compare it with everybody `known`."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:  # a process of its own: its peak of memory is the fit's
        fitted = pool.apply(_fit_person, (person, avatar, record))
    renders = dict(zip(SIDES, render_sides(avatar), strict=True))
    found = {side: embed_people(network, [render]) for side, render in renders.items()}
    apart = {
        side: {name: float(np.median(distances(here, there))) for name, there in known.items()}
        for side, here in found.items()
    }
    population = adult_population()
    return Judged(
        name=person.name,
        distances={side: row[person.name] for side, row in apart.items()},
        nearest={side: min(row, key=row.__getitem__) for side, row in apart.items()},
        scores=population.scores(fitted.sizes),
        outside=population.outside(fitted.sizes),
        views=fitted.views,
        error=fitted.error,
        held_error=fitted.held_error,
        seconds=fitted.seconds,
        megabytes=fitted.megabytes,
    )


def _fit_person(person: Path, avatar: Path, record: LikenessRecord) -> _Fitted:
    started = time.monotonic()
    portrayed = fit_avatar(_files(person / "fit"), avatar, record=record, force=True)
    seconds = time.monotonic() - started
    megabytes = _most_megabytes()
    held = _files(person / "held")
    errors = [refit_view(portrayed.fit, v).error for v in choose_faces(held).views] if held else []
    return _Fitted(
        views=len(portrayed.fit.views),
        error=portrayed.error,
        held_error=float(np.median(errors)) if errors else None,
        sizes=head_sizes(portrayed.fit.vertices()),
        seconds=seconds,
        megabytes=megabytes,
    )


def _most_megabytes() -> float:
    """The most memory that this process has held; Linux counts in KiB, macOS in bytes."""
    import resource  # which Windows has not

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def render_sides(avatar: Path, *, engine: str = "cycles", size: int = _SIZE) -> list[Picture]:
    """Pictures (size, size, 3) of a character's resting face from each of SIDES."""
    motion = portrait_motion()
    still = replace(
        motion,
        rotations=motion.rotations[:1],
        root=motion.root[:1],
        expressions=motion.expressions[:1],
    )
    around = tuple(SIDES.values())
    settings = RenderSettings(
        avatar, engine=engine, camera="face", size=(size, size), around=around
    )
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip, file = Path(folder) / "clip.npz", Path(folder) / "sides.png"
        save_clip(clip, Clip(still))
        render_clip(clip, [file], settings, silent)
        (_, photo), *_ = read_photos(file)
    return np.split(photo.rgb, len(around), axis=1)


def draw_sheet(avatar: Path, sheet: Path, beside: Sequence[Picture]) -> None:
    """Write the character in all moments of a portrait beside pictures of the person."""
    write_portrait(avatar, sheet, beside, silent, size=360, force=True)


def embed_people(network: IdentityNetwork, pictures: Sequence[Picture]) -> Floats:
    """Embeddings (N, 128) of the largest faces in pictures; `UserError` where there is none."""
    finder = FaceFinder()
    try:
        faces = [
            finder.look(picture, boxes[0])
            for picture in pictures
            if (boxes := finder.detect(picture))
        ]
    finally:
        finder.close()
    chips = [face_chip(face.rgb, face.landmarks) for face in faces if face is not None]
    if not chips:
        raise UserError("no face is found in pictures that identity is to be judged by")
    return embed(network, chips)


def list_people(folder: Path) -> list[str]:
    """Names of the people in a folder, those with pictures to fit."""
    people = sorted(path.parent.name for path in folder.glob("*/fit") if _files(path))
    if len(people) < 2:
        raise UserError(f"{folder}: expected at least two people, each with pictures in NAME/fit")
    return people


def pictures_of(person: Path) -> list[Picture]:
    """Pictures that judge a person: held ones, or else those of the fit."""
    pictures: list[Picture] = []
    for file in _files(person / "held") or _files(person / "fit"):
        photos = [photo.rgb for _, photo in read_photos(file)]
        chosen = np.unique(np.linspace(0, len(photos) - 1, _FRAMES).round().astype(int))
        pictures += [photos[number] for number in chosen]
    return pictures


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file())


def report(judged: Sequence[Judged], unheld: Sequence[str]) -> dict[str, Any]:
    """The figures of everybody, and whether they are what a likeness must reach.

    unheld: who is judged by the pictures of the fit itself.
    """
    nearest = [who == one.name for one in judged for who in one.nearest.values()]
    yawed = list(SIDES)[1:]
    claims: dict[str, Callable[[Judged], bool]] = {
        "landmarks": lambda one: one.error <= FITTED,
        "held landmarks": lambda one: one.held_error is None or one.held_error <= HELD,
        "frontal": lambda one: one.distances["frontal"] <= FRONTAL,
        "yawed": lambda one: max(one.distances[side] for side in yawed) <= YAWED,
        "head": lambda one: not one.outside,
    }
    return {
        "version": 1,
        "people": [asdict(one) for one in judged],
        "judged by the fit's own pictures": list(unheld),
        "nearest is right": sum(nearest) / len(nearest),
        "claims": {
            **{text: sum(map(true, judged)) / len(judged) for text, true in claims.items()},
            "nearest": sum(nearest) / len(nearest) >= NEAREST,
        },
    }
