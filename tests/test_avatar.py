"""The bundled characters: built files read back, expressions measured, clothes over skin."""

import importlib.util
import json
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from gesture_core.avatar import library
from gesture_core.avatar.character import CharacterSpec, build_avatar, rest_expression
from gesture_core.avatar.clothes import Garment, drape, openings, tuck_skin, visible_skin
from gesture_core.avatar.human import Human, build_human
from gesture_core.avatar.part import carve, strongest
from gesture_core.avatar.posing import aim, bone_motions, move, vertex_motions
from gesture_core.avatar.rig import fit_makehuman_rig
from gesture_core.avatar.surface import NearestSurface, vertex_normals
from gesture_core.config import load_config
from gesture_core.errors import UserError
from gesture_core.motion import EXPRESSIONS
from gesture_core.resources import data_path
from gesture_core.skeleton import HUMANOID

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="the characters need the extra 'avatar'"
)
NAMES = ("jun", "mina", "signer")


def spec_of(name: str) -> CharacterSpec:
    return load_config(CharacterSpec, data_path(f"avatars/{name}.yaml"))


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def _own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMJIT_CACHE", str(cache))


@pytest.fixture
def mina(_own_cache: None) -> Path:
    return library.avatar_path("mina")


@pytest.fixture
def tree(mina: Path) -> dict:
    data = mina.read_bytes()
    magic, version, total = struct.unpack("<4sII", data[:12])
    assert (magic, version, total) == (b"glTF", 2, len(data))
    length, kind = struct.unpack("<I4s", data[12:20])
    assert kind == b"JSON"
    return json.loads(data[20 : 20 + length])


@lru_cache
def human_of(name: str) -> Human:
    spec = spec_of(name)
    human = build_human(spec.phenotype, spec.changes, spec.shoes.sole)
    return rest_expression(human, spec.resting)


def test_every_bundled_description_loads() -> None:
    assert tuple(entry.name for entry in library.list_avatars() if not entry.own) == NAMES
    for name in NAMES:
        spec = spec_of(name)
        assert spec.name == name
        assert {garment.kind for garment in spec.clothes} == {"top", "trousers"}


def test_the_file_is_small_and_says_what_it_is(mina: Path, tree: dict) -> None:
    assert mina.stat().st_size < 20e6
    about = tree["asset"]["extras"]["momjit"]
    assert about["licence"] == "CC0-1.0"
    assert set(about["humanoid"]) == set(HUMANOID.names)
    nodes = {node["name"] for node in tree["nodes"]}
    assert set(about["humanoid"].values()) <= nodes
    assert set(about["twists"]) <= nodes


def test_the_body_has_all_expressions_in_order(tree: dict) -> None:
    targets = {mesh["name"]: mesh.get("extras", {}).get("targetNames") for mesh in tree["meshes"]}
    assert targets["body"] == list(EXPRESSIONS)
    assert not targets["eyes"]  # the bones turn them
    assert "eyeLookUpLeft" in targets["lashes"]
    assert "browInnerUp" in targets["brows"]
    assert "eyeBlinkLeft" in targets["lashes"]
    assert "jawOpen" in targets["teeth"]
    assert "tongueOut" in targets["tongue"]


def test_every_surface_says_its_role(tree: dict) -> None:
    roles = {entry["extras"]["momjit"]["role"] for entry in tree["materials"]}
    assert roles == {"skin", "eye", "teeth", "tongue", "lashes", "brows", "hair", "cloth"} | {
        "leather",
        "rubber",
    }
    hair = next(entry for entry in tree["materials"] if entry["name"] == "hair")
    assert hair["alphaMode"] == "MASK"


def test_an_independent_reader_finds_a_standing_adult(mina: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    low, high = trimesh.load(mina, process=False).bounds
    assert low[1] == pytest.approx(0.0, abs=0.003)  # soles on the floor
    assert 1.58 < high[1] < 1.70
    assert abs(low[0] + high[0]) < 0.03


def test_building_again_uses_the_cache(mina: Path) -> None:
    before = mina.stat().st_mtime_ns
    assert library.avatar_path("mina") == mina
    assert mina.stat().st_mtime_ns == before


def test_a_cancelled_build_leaves_nothing(tmp_path: Path) -> None:
    def cancel(fraction: float, step: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_avatar(spec_of("mina"), tmp_path / "half.glb", cancel)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_own_cache")
def test_an_unknown_name_lists_the_choices() -> None:
    with pytest.raises(UserError, match="jun, mina, signer"):
        library.avatar_path("minna")


def test_strongest_weights_sum_to_one() -> None:
    bones, weights = strongest(np.array([[0.1, 0.4, 0.05, 0.25, 0.2], [0, 0, 1.0, 0, 0]]), 4)
    np.testing.assert_allclose(weights.sum(1), 1.0)
    assert bones[0].tolist() == [1, 3, 4, 0]
    np.testing.assert_allclose(weights[1], [1, 0, 0, 0])


@pytest.mark.parametrize("name", NAMES)
def test_bones_are_the_humanoid_and_mirror_each_other(name: str) -> None:
    rig = human_of(name).rig
    assert set(HUMANOID.names) <= set(rig.names)
    assert all(parent < child for child, parent in enumerate(rig.parents))
    np.testing.assert_allclose(np.linalg.det(rig.axes), 1.0)
    for bone in ("UpperArm", "Hand", "IndexProximal", "UpperLeg", "Toes"):
        right = rig.head(f"right{bone}") * [-1, 1, 1]
        np.testing.assert_allclose(rig.head(f"left{bone}"), right, atol=1e-4)


@pytest.mark.parametrize(
    ("rig_name", "bones"), [("default", 163), ("mixamo", 52), ("game_engine", 53)]
)
def test_makehumans_other_rigs_fit_the_same_body(rig_name: str, bones: int) -> None:
    human = human_of("mina")
    rig = fit_makehuman_rig(rig_name, human.vertices, human.base)
    assert len(rig.names) == bones
    assert all(parent < child for child, parent in enumerate(rig.parents))
    along = rig.tails - rig.heads
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    np.testing.assert_allclose(rig.axes[:, :, 1], along, atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(rig.axes), 1.0)


def eye_uncovered(human: Human, blink: float) -> float:
    """Share of the front of the left eyeball that no skin covers, seen from the front."""
    row = EXPRESSIONS.index("eyeBlinkLeft")
    shut = Human(
        human.base,
        human.vertices + blink * human.expressions[row],
        human.expressions,
        human.rig,
        human.weights,
    )
    base = human.base
    near = np.linalg.norm(shut.vertices - shut.vertices[14_598:14_670].mean(0), axis=1) < 0.035
    lids = near[base.faces["body"]].all(1)
    skin = carve(shut, "", base.faces["body"][lids], base.face_uvs["body"][lids], levels=3)
    ball = carve(shut, "", base.faces["helper-l-eye"], base.face_uvs["helper-l-eye"], levels=3)
    front = ball.positions[ball.positions[:, 2] > ball.positions[:, 2].max() - 0.006]
    cell = 0.001
    depth: dict[tuple[int, int], float] = {}
    for x, y, z in skin.positions:
        key = (round(x / cell), round(y / cell))
        depth[key] = max(depth.get(key, -1.0), z)
    seen = [depth.get((round(x / cell), round(y / cell)), -1.0) < z for x, y, z in front]
    return float(np.mean(seen))


@pytest.mark.parametrize("name", NAMES)
def test_a_blink_closes_the_eye(name: str) -> None:
    human = human_of(name)
    assert eye_uncovered(human, 0.0) > 0.3
    assert eye_uncovered(human, 1.0) < 0.02


@pytest.mark.parametrize("name", NAMES)
def test_clothes_cover_the_skin_under_them_in_motion(name: str) -> None:
    human, spec = human_of(name), spec_of(name)
    top: Garment = next(garment for garment in spec.clothes if garment.kind == "top")
    seen, tucked = visible_skin(human, spec.clothes)
    cloth, _ = drape(human, top)
    hidden = np.flatnonzero(tucked > 0.9)
    hidden = np.intersect1d(hidden, human.base.faces["body"][seen])
    skin = tuck_skin(human, tucked).vertices[hidden]
    rig = human.rig
    for reach in ([0.2, -1, 0.1], [0.3, -0.6, 0.7], [1, 0, 0], [0.4, 1, 0.1]):
        turns = {}
        for side, sign in (("left", 1.0), ("right", -1.0)):
            way = np.array([sign * reach[0], *reach[1:]])
            turns[f"{side}UpperArm"] = aim(rig, f"{side}UpperArm", f"{side}LowerArm", way)
        motions = bone_motions(rig, turns)
        worn = move(cloth.positions, vertex_motions(cloth.weights, motions))
        surface = NearestSurface.of(worn, vertex_normals(worn, cloth.faces))
        bare = move(skin, vertex_motions(human.weights[hidden], motions))
        signed, _ = surface.query(bare)
        close = surface.tree.query(bare)[0] < 0.03
        assert close.sum() > 50
        assert (signed[close] > 0).mean() < 0.01


def test_garments_end_at_their_openings() -> None:
    human, spec = human_of("jun"), spec_of("jun")
    top = next(garment for garment in spec.clothes if garment.kind == "top")
    cloth, bands = drape(human, top)
    for cut in openings(human, top):
        if cut.limb == "trunk":
            assert cut.beyond(cloth.positions[cloth.positions[:, 1] > 0.9]).max() < 0.03 or (
                cut.name == "hem"
            )
    assert bands.positions[:, 1].min() > human.rig.head("leftLowerLeg")[1]
