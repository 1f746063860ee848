"""Gesture units: short real gestures with their function, hand and stroke times.

Source: the behaviour sets of SmartBody (LGPL-2.1) and a few clips of Mesh2Motion (CC0 1.0).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError
from gesture_core.formats.bvh import read_bvh
from gesture_core.formats.glb import read_glb
from gesture_core.formats.smartbody import read_sk, read_skm
from gesture_core.motion import Motion
from gesture_core.plan import Hand
from gesture_core.pose.bone_maps import PERCEPTION_NEURON, SMARTBODY, SMARTBODY_TWISTS, UNREAL
from gesture_core.pose.humanoid import to_humanoid
from gesture_core.pose.strokes import PARTS, moving_hand, stroke_times, upright, wrist_distance
from gesture_core.rotation import quat_angle, quat_inverse, quat_mean, quat_multiply
from gesture_core.skeleton import HUMANOID, forward_kinematics

Array = NDArray[np.float64]

IDLE = "idle"
FORMAT, VERSION = "momjit-units", 1
MAP_SIZE = 2**30
MAX_UNIT_BYTES = 64 * 2**20


@dataclass(frozen=True, eq=False)
class Unit:
    """One recorded gesture on HUMANOID, facing +Z, the turns of the hips folded into the spine.

    `rotations` (T, J, 4) local wxyz at `fps`; `start`, `stroke`, `end` in seconds: where the
    hands leave the rest, reach their emphasis and are back; `size`: the farthest a wrist goes
    from its place at rest, metres. `parts` names what the gesture moves, of `PARTS`; the rest of
    the body is free to do something else. `manner` names the performer and the posture the
    gesture starts from. Units of function `idle` are quiet standing, their times span the clip.
    """

    name: str
    performer: str
    manner: str
    function: str
    hand: Hand
    parts: tuple[str, ...]
    fps: float
    rotations: NDArray[np.float32]
    start: float
    stroke: float
    end: float
    size: float
    source: str
    licence: str

    @property
    def duration(self) -> float:
        """Seconds between the first frame and the last."""
        return (len(self.rotations) - 1) / self.fps


@dataclass(frozen=True, eq=False)
class UnitLibrary:
    """All units, and the rest pose (J, 4) of every manner.

    `known_rests` gives the rest poses where the units themselves are not to tell them.
    """

    units: tuple[Unit, ...]
    known_rests: Mapping[str, Array] | None = None

    @cached_property
    def manners(self) -> tuple[str, ...]:
        """Names of all manners, sorted."""
        return tuple(sorted({unit.manner for unit in self.units}))

    @cached_property
    def rests(self) -> dict[str, Array]:
        """Rest pose (J, 4) of each manner: the mean first frame of its units, if not known."""
        if self.known_rests is not None:
            return dict(self.known_rests)
        firsts: dict[str, list[Array]] = {manner: [] for manner in self.manners}
        for unit in self.units:
            firsts[unit.manner].append(unit.rotations[0].astype(np.float64))
        return {manner: quat_mean(np.stack(poses)) for manner, poses in firsts.items()}

    @cached_property
    def sha256(self) -> str:
        """Hash of all motions and labels, to tie a checkpoint to its data."""
        digest = hashlib.sha256()
        for unit in self.units:
            digest.update(json.dumps(_labels(unit), sort_keys=True).encode())
            digest.update(np.ascontiguousarray(unit.rotations).tobytes())
        return digest.hexdigest()

    def of(self, function: str, manner: str | None = None) -> tuple[Unit, ...]:
        """Units of a function, of one manner or of all."""
        return tuple(
            unit
            for unit in self.units
            if unit.function == function and manner in (None, unit.manner)
        )


# ── SmartBody ─────────────────────────────────────────────────────────────────────────────────

_SETS: tuple[tuple[str, str, str], ...] = (
    ("Gestures", "ChrBrad.sk", "brad"),
    ("Gestures2", "ChrBrad2.sk", "brad"),
    ("FemaleGestures", "ChrConnor.sk", "connor"),
    ("PNGestures", "pnskeleton.bvh", "perception"),
)
"""Folder, skeleton, performer; a performer's second set only adds what the first lacks."""

_FUNCTION_NAMES: tuple[tuple[str, str], ...] = (
    ("", r"ToWalk|Guitar|Stretch|Scratch|ScrewYou|KickChair|_To(Idle|Loc)|SqueezeHand|TouchHands"),
    (IDLE, r"^(idle2|IdleStand01|Idle03)$|WeightShift"),
    ("negate", r"Negat|negation|_No(Forward|Left|Right)|InclusivityNeg|Safe|ThrowAway"),
    ("stop", r"[Ss]top"),
    ("you", r"You|^you"),
    ("me", r"_Me|^me"),
    ("we", r"_We(Rt|Lf)|^we|^us|InclusivityPos|^inclusivity"),
    ("shrug", r"Shrug"),
    ("ask", r"^question|Offer|Receive|Plea"),
    ("point", r"Indicate|Point(Lf|Rt)|Deictic|Here|^point"),
    ("contrast", r"However|Besides"),
    ("example", r"Example|When|Frame"),
    ("big", r"bigger|Surround|Empty"),
    ("think", r"Think|Contemplate"),
    ("chop", r"Chop"),
    ("beat", r"Beat"),
)
"""Function by clip name, first match counts; "" leaves the clip out."""

_POSTURES = {"Idle01": "stand", "Idle02": "loose", "Idle03": "akimbo"}


def smartbody_units(folder: Path) -> list[Unit]:
    """Read every usable gesture below `folder` (the archive's `data/behaviorsets`)."""
    units: list[Unit] = []
    seen: set[tuple[str, str]] = set()
    for subfolder, skeleton_name, performer in _SETS:
        skeleton_path = folder / subfolder / "skeletons" / skeleton_name
        captured = skeleton_path.suffix == ".bvh"
        skeleton = read_bvh(skeleton_path) if captured else read_sk(skeleton_path)
        bones = PERCEPTION_NEURON if captured else SMARTBODY
        for path in sorted((folder / subfolder / "motions").glob("*.skm")):
            name = path.stem.rpartition("@")[2]
            function = _function_of(name)
            if not function or (performer, name) in seen:
                continue
            seen.add((performer, name))
            source = read_skm(path, skeleton)
            motion = to_humanoid(source, bones, None if captured else SMARTBODY_TWISTS)
            labels = {
                "name": f"{performer}/{name}",
                "performer": performer,
                "manner": _manner_of(performer, name),
                "function": function,
                "source": f"SmartBody {subfolder}/motions/{path.name}",
                "licence": "LGPL-2.1",
            }
            units.append(make_unit(motion, source.markers, labels))
    if not units:
        raise UserError(f"{folder} holds no SmartBody gesture clips (…/Gestures/motions/*.skm)")
    return units


def _function_of(name: str) -> str:
    return next((function for function, names in _FUNCTION_NAMES if re.search(names, name)), "")


def _manner_of(performer: str, name: str) -> str:
    return _POSTURES[name[:6]] if performer == "brad" else performer


# ── Mesh2Motion ───────────────────────────────────────────────────────────────────────────────

_MESH2MOTION: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Bow", "bow", ("torso", "head")),
    ("Greeting", "greet", ("head", "rightArm")),
    ("Head Nod", "nod", ("head",)),
    ("Reject", "stop", tuple(PARTS)),
    ("Confused", "think", ("torso", "head", "rightArm")),
)
"""Animation, function, and the parts worth taking: the bow's arms are those of a martial art."""


def mesh2motion_units(path: Path) -> list[Unit]:
    """Read greeting, bow, nod and others from Mesh2Motion's `human-addon.glb`."""
    return [
        make_unit(
            to_humanoid(read_glb(path, animation), UNREAL),
            {},
            {
                "name": f"mannequin/{animation}",
                "performer": "mannequin",
                "manner": "mannequin",
                "function": function,
                "source": f"Mesh2Motion {path.name}: {animation}",
                "licence": "CC0-1.0",
            },
            parts,
        )
        for animation, function, parts in _MESH2MOTION
    ]


# ── making a unit from a motion ───────────────────────────────────────────────────────────────


def make_unit(
    motion: Motion,
    markers: Mapping[str, float],
    labels: Mapping[str, str],
    parts: tuple[str, ...] | None = None,
) -> Unit:
    """Turn a clip to the front, fold the hips into the spine, and find its hand and times.

    `parts` are found from the hands that move unless they are given.
    """
    rotations = upright(motion.rotations, quat_mean(motion.rotations[:5, 0]))
    travel = wrist_distance(rotations, rotations[0])
    hand = moving_hand(travel)
    if parts is None:
        arms = {"left": ("leftArm",), "right": ("rightArm",), "both": ("leftArm", "rightArm")}
        parts = ("torso", "head", *arms[hand])
    armless = not any(part.endswith("Arm") for part in parts)
    distance = _head_turn(rotations) if armless else travel.max(axis=1)
    times = stroke_times(distance, motion.fps, markers.get("emphasis"))
    if labels["function"] == IDLE:
        times = (0.0, (motion.frames - 1) / motion.fps / 2, (motion.frames - 1) / motion.fps)
    return Unit(
        **labels,
        hand="both" if armless else hand,
        parts=parts,
        fps=motion.fps,
        rotations=rotations.astype(np.float32),
        start=times[0],
        stroke=times[1],
        end=times[2],
        size=float(travel.max()),
    )


def _head_turn(rotations: Array) -> Array:
    """How far the head has turned (T,) from the first frame, radians."""
    root = np.zeros((len(rotations), 3))
    turned = forward_kinematics(HUMANOID, rotations, root)[1][:, HUMANOID.index("head")]
    return quat_angle(quat_multiply(quat_inverse(turned[0]), turned))


# ── storing ───────────────────────────────────────────────────────────────────────────────────


def save_units(path: Path, units: Iterable[Unit], *, force: bool = False) -> None:
    """Write units into one LMDB file: a JSON header, then one `.npz` without pickle per unit."""
    import lmdb

    units = list(units)
    with atomic_path(path, force=force) as temporary:
        temporary.unlink()
        environment = lmdb.open(str(temporary), subdir=False, map_size=MAP_SIZE, lock=False)
        with environment, environment.begin(write=True) as transaction:
            header = {"format": FORMAT, "version": VERSION, "joints": HUMANOID.names}
            labels = [_labels(unit) for unit in units]
            transaction.put(b"header", json.dumps(header | {"units": labels}).encode())
            for number, unit in enumerate(units):
                buffer = io.BytesIO()
                np.savez_compressed(buffer, rotations=unit.rotations)
                transaction.put(f"unit/{number:05d}".encode(), buffer.getvalue())


def load_units(path: Path) -> UnitLibrary:
    """Read what `save_units` wrote; `UserError` when the file is something else or broken."""
    import lmdb

    if not path.is_file():
        raise UserError(f"{path} does not exist; build it with: momjit dataset build")
    try:
        with (
            lmdb.open(str(path), subdir=False, readonly=True, lock=False) as environment,
            environment.begin() as transaction,
        ):
            header = json.loads(transaction.get(b"header") or b"{}")
            if (header.get("format"), header.get("version")) != (FORMAT, VERSION):
                raise UserError(f"{path} is not a unit library of version {VERSION}")
            if tuple(header["joints"]) != HUMANOID.names:
                raise UserError(f"{path} was built for another skeleton")
            units = [
                Unit(
                    **labels | {"parts": tuple(labels["parts"])},
                    rotations=_rotations(transaction.get(key), path),
                )
                for number, labels in enumerate(header["units"])
                for key in (f"unit/{number:05d}".encode(),)
            ]
    except (lmdb.Error, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is not a readable unit library: {error}") from error
    return UnitLibrary(tuple(units))


def _labels(unit: Unit) -> dict[str, Any]:
    labels = dict(vars(unit))
    labels.pop("rotations")
    return labels


def _rotations(data: bytes | None, path: Path) -> NDArray[np.float32]:
    if data is None or len(data) > MAX_UNIT_BYTES:
        raise UserError(f"{path}: a unit is missing or too large")
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        rotations = arrays["rotations"]
    if rotations.ndim != 3 or rotations.shape[1:] != (len(HUMANOID), 4):
        raise UserError(f"{path}: a unit has shape {rotations.shape}")
    if not np.all(np.isfinite(rotations)):
        raise UserError(f"{path}: a unit holds numbers that are not finite")
    return rotations.astype(np.float32)
