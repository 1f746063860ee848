"""Motion out of animated glTF files: hierarchy, rest pose, curves, broken files refused."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.glb import animation_names, read_glb
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply, rotvec_to_quat

HALF = float(np.sqrt(0.5))
QUARTER_Z = [0.0, 0.0, HALF, HALF]  # xyzw, as in the file


class Builder:
    """A small glTF file put together by hand."""

    def __init__(self) -> None:
        self.binary = b""
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "nodes": [],
            "animations": [],
            "accessors": [],
            "bufferViews": [],
            "skins": [],
        }

    def node(self, name: str, children: tuple[int, ...] = (), **transform: list[float]) -> int:
        self.json["nodes"].append({"name": name, "children": list(children), **transform})
        return len(self.json["nodes"]) - 1

    def accessor(self, values: Any, kind: str = "f4", **extra: Any) -> int:
        array = np.asarray(values, dtype=f"<{kind}")
        rows = array.reshape(len(array), -1)
        view = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": array.nbytes}
        self.json["bufferViews"].append(view)
        self.binary += array.tobytes() + b"\0" * (-array.nbytes % 4)
        component = {"f4": 5126, "i2": 5122, "i1": 5120, "u2": 5123, "u1": 5121}[kind]
        shape = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}[rows.shape[1]]
        self.json["accessors"].append(
            {
                "bufferView": len(self.json["bufferViews"]) - 1,
                "componentType": component,
                "count": len(rows),
                "type": shape,
                **extra,
            }
        )
        return len(self.json["accessors"]) - 1

    def animation(self, name: str) -> dict[str, Any]:
        self.json["animations"].append({"name": name, "channels": [], "samplers": []})
        return self.json["animations"][-1]

    def curve(
        self, node: int, path: str, times: Any, values: Any, interpolation: str = "LINEAR"
    ) -> None:
        animation = self.json["animations"][-1]
        animation["channels"].append(
            {"sampler": len(animation["samplers"]), "target": {"node": node, "path": path}}
        )
        animation["samplers"].append(
            {
                "input": self.accessor(times),
                "output": self.accessor(values),
                "interpolation": interpolation,
            }
        )

    def skin(self, joints: list[int], bind: list[np.ndarray]) -> None:
        inverse = [np.linalg.inv(matrix).T.ravel() for matrix in bind]
        self.json["skins"].append({"joints": joints, "inverseBindMatrices": self.accessor(inverse)})

    def data(self) -> bytes:
        text = json.dumps(self.json).encode()
        text += b" " * (-len(text) % 4)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
        chunks += struct.pack("<II", len(self.binary), 0x004E4942) + self.binary
        return struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks

    def write(self, folder: Path) -> Path:
        path = folder / "clip.glb"
        path.write_bytes(self.data())
        return path


def _arm() -> Builder:
    """A root a metre up with an arm along X; in one second the root turns a quarter about Z."""
    builder = Builder()
    builder.node("hand", translation=[0.3, 0.0, 0.0])
    builder.node("root", (0,), translation=[0.0, 1.0, 0.0])
    builder.animation("turn")
    builder.curve(1, "rotation", [0.0, 1.0], [[0, 0, 0, 1], QUARTER_Z])
    return builder


def _bind(x: float, y: float, z: float, scale: float = 1.0) -> np.ndarray:
    matrix = np.diag([scale, scale, scale, 1.0])
    matrix[:3, 3] = x, y, z
    return matrix


def test_reads_a_file_by_hand(tmp_path: Path) -> None:
    read = read_glb(_arm().write(tmp_path))
    assert read.names == ("root",)  # the hand is neither animated nor a skin joint
    assert (read.fps, read.frames) == (24.0, 25)
    expected = rotvec_to_quat([0.0, 0.0, np.pi / 4])
    np.testing.assert_allclose(read.rotations[12, 0], expected, atol=1e-6)
    np.testing.assert_allclose(read.positions[:, 0], np.tile([0.0, 1.0, 0.0], (25, 1)))


def test_positions_follow_their_parents(tmp_path: Path) -> None:
    builder = _arm()
    builder.skin([1, 0], [_bind(0, 1, 0), _bind(0.3, 1, 0)])
    read = read_glb(builder.write(tmp_path), fps=2)
    assert read.names == ("root", "hand")
    positions, _ = read.world()
    np.testing.assert_allclose(positions[0, 1], [0.3, 1.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(positions[2, 1], [0.0, 1.3, 0.0], atol=1e-6)


def test_the_bind_pose_is_the_rest_pose(tmp_path: Path) -> None:
    """Nodes may hold any frame; the skin says how the mesh was bound."""
    builder = _arm()
    builder.json["nodes"][1]["rotation"] = [0.0, 0.0, 0.2, float(np.sqrt(1 - 0.04))]
    builder.skin([1, 0], [_bind(0, 1, 0), _bind(0.3, 1, 0)])
    read = read_glb(builder.write(tmp_path))
    positions, rotations = read.rest_world()
    np.testing.assert_allclose(positions, [[0, 1, 0], [0.3, 1, 0]], atol=1e-6)
    np.testing.assert_allclose(quat_angle(rotations), 0.0, atol=1e-6)


def test_a_mesh_bound_z_up_under_a_turned_root_rests_y_up(tmp_path: Path) -> None:
    builder = _arm()
    builder.json["nodes"][1] |= {"translation": [0.0, 0.0, 1.0]}
    builder.node("armature", (1,), rotation=[-HALF, 0.0, 0.0, HALF])
    builder.skin([1, 0], [_bind(0, 0, 1), _bind(0.3, 0, 1)])
    read = read_glb(builder.write(tmp_path))
    rest, _ = read.rest_world()
    np.testing.assert_allclose(rest[read.index("root")], [0, 1, 0], atol=1e-6)
    np.testing.assert_allclose(rest[read.index("hand")], [0.3, 1, 0], atol=1e-6)
    np.testing.assert_allclose(read.world()[0][0], rest, atol=1e-6)


@pytest.mark.parametrize("scale", [0.01, 1.0])
def test_centimetres_become_metres(tmp_path: Path, scale: float) -> None:
    """Whether the file says so by a scaled parent or is simply written in centimetres."""
    builder = _arm()
    builder.json["nodes"][0]["translation"] = [30.0, 0.0, 0.0]
    builder.json["nodes"][1]["translation"] = [0.0, 100.0, 0.0]
    builder.node("armature", (1,), scale=[scale] * 3)
    builder.skin([1, 0], [_bind(0, 1, 0, 0.01), _bind(0.3, 1, 0, 0.01)])
    read = read_glb(builder.write(tmp_path))
    for positions in (read.rest_world()[0], read.world()[0][0]):
        np.testing.assert_allclose(positions[1:], [[0, 1, 0], [0.3, 1, 0]], atol=1e-6)


def test_a_node_may_carry_a_matrix(tmp_path: Path) -> None:
    matrix = _bind(0.0, 1.0, 0.0)
    matrix[:3, :3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    builder = _arm()
    builder.json["nodes"][0] = {"name": "hand", "translation": [0.3, 0, 0]}
    builder.node("top", (1,), matrix=matrix.T.ravel().tolist())
    read = read_glb(builder.write(tmp_path))
    top = read.index("top")
    np.testing.assert_allclose(read.rest_world()[1][top], [HALF, 0, 0, HALF], atol=1e-7)
    np.testing.assert_allclose(read.rest_world()[0][read.index("root")], [-1, 1, 0], atol=1e-7)


def test_step_holds_until_the_next_key(tmp_path: Path) -> None:
    builder = _arm()
    builder.curve(1, "translation", [0, 0.5, 1], [[0, 1, 0], [0, 2, 0], [0, 3, 0]], "STEP")
    heights = read_glb(builder.write(tmp_path), fps=4).positions[:, 0, 1]
    np.testing.assert_allclose(heights, [1, 1, 2, 2, 3])


def test_cubic_splines_are_hermite_curves(tmp_path: Path) -> None:
    """With these tangents the spline is y = t³ on [0, 2]."""
    builder = Builder()
    builder.node("root")
    builder.animation("fall")
    keys = [[[0, 0, 0], [0, 0, 0], [0, 0, 0]], [[0, 12, 0], [0, 8, 0], [0, 0, 0]]]
    builder.curve(0, "translation", [0.0, 2.0], np.array(keys).reshape(-1, 3), "CUBICSPLINE")
    heights = read_glb(builder.write(tmp_path), fps=4).positions[:, 0, 1]
    np.testing.assert_allclose(heights, (np.arange(9) / 4) ** 3, atol=1e-6)


def test_rotations_take_the_short_way_and_do_not_flip(tmp_path: Path) -> None:
    builder = _arm()
    builder.json["animations"].clear()
    builder.animation("turn")
    builder.curve(1, "rotation", [0, 1, 2], [[0, 0, 0, 1], [0, 0, -HALF, -HALF], [0, 0, 1, 0]])
    read = read_glb(builder.write(tmp_path), fps=10)
    expected = rotvec_to_quat(np.linspace(0, np.pi, 21)[:, None] * [0.0, 0.0, 1.0])
    turned = quat_angle(quat_multiply(quat_inverse(expected), read.rotations[:, 0]))
    np.testing.assert_allclose(turned, 0.0, atol=1e-6)
    assert np.all(np.sum(read.rotations[1:] * read.rotations[:-1], axis=-1) > 0)


def test_normalised_integers_are_fractions(tmp_path: Path) -> None:
    builder = _arm()
    keys = np.round(np.array([[0, 0, 0, 1], QUARTER_Z]) * 32767)
    output = builder.accessor(keys, "i2", normalized=True)
    builder.json["animations"][0]["samplers"][0]["output"] = output
    read = read_glb(builder.write(tmp_path), fps=1)
    np.testing.assert_allclose(read.rotations[1, 0], [HALF, 0, 0, HALF], atol=1e-4)


@pytest.mark.parametrize(("fps", "found"), [(24, 24.0), (30, 30.0), (60, 60.0), (37, 30.0)])
def test_the_frame_rate_is_where_the_keys_lie(tmp_path: Path, fps: int, found: float) -> None:
    builder = Builder()
    builder.node("root")
    builder.animation("move")
    times = (np.arange(fps * 3) + 1) / fps  # not starting at zero
    builder.curve(0, "translation", times, np.zeros((len(times), 3)))
    read = read_glb(builder.write(tmp_path))
    assert read.fps == found
    assert read.duration == pytest.approx(3.0, abs=0.04)


def test_one_of_several_animations_is_chosen_by_name(tmp_path: Path) -> None:
    builder = _arm()
    builder.animation("wave")
    builder.curve(1, "rotation", [0.0, 0.5], [QUARTER_Z, QUARTER_Z])
    path = builder.write(tmp_path)
    assert animation_names(path) == ("turn", "wave")
    assert read_glb(path, "wave").frames == 13
    with pytest.raises(UserError, match=r"clip\.glb.*2 animations.*turn, wave"):
        read_glb(path)
    with pytest.raises(UserError, match=r"clip\.glb.*'bow'.*turn, wave"):
        read_glb(path, "bow")


def _unknown_node(builder: Builder, animation: int) -> None:
    builder.json["animations"][animation]["channels"][0]["target"]["node"] = 99


def _unknown_times(builder: Builder, animation: int) -> None:
    builder.json["animations"][animation]["samplers"][0]["input"] = 99


def _no_channels(builder: Builder, animation: int) -> None:
    del builder.json["animations"][animation]["channels"]


def _unknown_values(builder: Builder, animation: int) -> None:
    builder.json["animations"][animation]["samplers"][0]["output"] = 99


@pytest.mark.parametrize("spoil", [_unknown_node, _unknown_times, _no_channels, _unknown_values])
def test_a_broken_animation_leaves_the_others_readable(
    tmp_path: Path, spoil: Callable[[Builder, int], None]
) -> None:
    builder = _arm()
    whole = read_glb(builder.write(tmp_path))
    builder.animation("wave")
    builder.curve(1, "rotation", [0.0, 0.5], [QUARTER_Z, QUARTER_Z])
    spoil(builder, 1)
    path = builder.write(tmp_path)
    np.testing.assert_array_equal(read_glb(path, "turn").rotations, whole.rotations)
    with pytest.raises(UserError, match=r"clip\.glb: animation 'wave' is not valid"):
        read_glb(path, "wave")


@pytest.mark.parametrize(
    "extensions",
    [
        {"VRMC_vrm": {"humanoid": {"humanBones": {"leftThumbProximal": {"node": 1}}}}},
        {"VRMC_vrm_animation": {"humanoid": {"humanBones": {"leftThumbProximal": {"node": 1}}}}},
        {"VRM": {"humanoid": {"humanBones": [{"bone": "leftThumbIntermediate", "node": 1}]}}},
    ],
    ids=["VRM 1.0", "VRM animation", "VRM 0.x"],
)
def test_vrm_files_name_their_bones(tmp_path: Path, extensions: dict[str, Any]) -> None:
    builder = _arm()
    builder.json["extensions"] = extensions
    assert read_glb(builder.write(tmp_path)).names == ("leftThumbProximal",)


def _no_animation(builder: Builder) -> None:
    builder.json["animations"].clear()


def _loop(builder: Builder) -> None:
    builder.json["nodes"][0]["children"] = [1]


def _backwards(builder: Builder) -> None:
    sampler = builder.json["animations"][0]["samplers"][0]
    sampler["input"] = builder.accessor([1.0, 0.0])


def _too_few_values(builder: Builder) -> None:
    builder.json["accessors"][1]["count"] = 1


def _beyond_the_data(builder: Builder) -> None:
    builder.json["accessors"][1]["count"] = 10**12


def _not_finite(builder: Builder) -> None:
    sampler = builder.json["animations"][0]["samplers"][0]
    sampler["output"] = builder.accessor([[0, 0, 0, 1], [0, 0, np.nan, 1]])


def _too_long(builder: Builder) -> None:
    sampler = builder.json["animations"][0]["samplers"][0]
    sampler["input"] = builder.accessor([0.0, 1e8])


def _sparse(builder: Builder) -> None:
    builder.json["accessors"][0]["sparse"] = {}


def _flat(builder: Builder) -> None:
    builder.json["nodes"][1]["scale"] = [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_no_animation, "no animation"),
        (_loop, "own ancestor"),
        (_backwards, "backwards"),
        (_too_few_values, "one value per key"),
        (_beyond_the_data, "animation 'turn' is not valid"),
        (_not_finite, "not finite"),
        (_too_long, "too long"),
        (_sparse, "sparse"),
        (_flat, "no size"),
    ],
)
def test_a_broken_file_is_refused(
    tmp_path: Path, spoil: Callable[[Builder], None], words: str
) -> None:
    builder = _arm()
    spoil(builder)
    with pytest.raises(UserError, match=rf"clip\.glb.*{words}"):
        read_glb(builder.write(tmp_path))


@pytest.mark.parametrize("cut", range(0, 100, 3))
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, cut: int) -> None:
    data = _arm().data()
    path = tmp_path / "clip.glb"
    path.write_bytes(data[: len(data) * cut // 100])
    with pytest.raises(UserError, match=r"clip\.glb"):
        read_glb(path)


def test_wrong_bytes_are_read_or_refused(tmp_path: Path) -> None:
    builder = _arm()
    builder.skin([1, 0], [_bind(0, 1, 0), _bind(0.3, 1, 0)])
    data = np.frombuffer(builder.data(), dtype=np.uint8)
    rng = np.random.default_rng(5)
    path = tmp_path / "clip.glb"
    refused = 0
    for _ in range(400):
        broken = data.copy()
        places = rng.integers(20, len(data), size=rng.integers(1, 4))
        broken[places] = rng.choice(np.frombuffer(b'0123456789-.e"{}[],: ', np.uint8), len(places))
        path.write_bytes(broken.tobytes())
        try:
            read_glb(path)
        except UserError:
            refused += 1
    assert 100 < refused < 400
