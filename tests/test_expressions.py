"""Faces of every family: which shape keys show what, and that a mouth of vowels speaks Korean."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.errors import UserError
from blender_addon.core.expressions import FaceMap, map_face, stated_names
from blender_addon.core.face_file import (
    face_fingerprint,
    face_from_json,
    face_to_json,
    read_face,
    write_face,
)
from blender_addon.core.face_names import ARKIT, FACES, REGIONS
from blender_addon.core.vrm import stated_shapes
from gesture_core.motion import EXPRESSIONS
from gesture_core.speech.visemes import lip_sync, load_visemes
from gesture_core.utterance import Phoneme
from tests.vowel_fit import OPENING, VISEMES, VOWELS, fit

VROID = [
    f"Face.M_F00_000_00_Fcl_{name}"
    for name in (
        "ALL_Neutral ALL_Joy BRW_Angry BRW_Fun BRW_Surprised EYE_Natural EYE_Close EYE_Close_R "
        "EYE_Close_L EYE_Joy EYE_Joy_R EYE_Joy_L EYE_Surprised EYE_Spread EYE_Iris_Hide MTH_Close "
        "MTH_Up MTH_Down MTH_Fun MTH_Joy MTH_A MTH_I MTH_U MTH_E MTH_O HA_Hide"
    ).split()
]
MMD = (
    "真面目 困る にこり 怒り 上 下 まばたき 笑い ウィンク ウィンク２ ウィンク右 ｳｨﾝｸ２右 "
    "はぅ びっくり じと目 あ い う え お ▲ ω ぺろっ 口角上げ 口角下げ"
).split()
CC4 = (
    "Brow_Raise_Inner_L Brow_Raise_Inner_R Brow_Raise_Outer_L Brow_Raise_Outer_R Brow_Drop_L "
    "Brow_Drop_R Eye_Blink_L Eye_Blink_R Eye_L_Look_L Eye_R_Look_L Eye_L_Look_Up Eye_Wide_L "
    "Mouth_Smile_L Mouth_Smile_R Mouth_Pucker_Up_L Mouth_Pucker_Up_R Mouth_Pucker_Down_L "
    "Mouth_Pucker_Down_R Mouth_Funnel_Up_L Mouth_Stretch_L Mouth_Stretch_R Mouth_Close Jaw_Open "
    "Mouth_Down_Lower_L Mouth_Down_Lower_R V_Open V_Explosive V_Tight_O"
).split()
VRM_1 = "neutral aa ih ou ee oh blink blinkLeft blinkRight happy angry sad relaxed lookUp".split()
OCULUS = "sil PP FF TH DD kk CH SS nn RR aa E I O U".split()


def test_the_addon_knows_the_expressions_of_a_clip():
    assert ARKIT == EXPRESSIONS
    for expression in ARKIT:
        assert any(expression.startswith(begins) for begins in REGIONS.values()), expression


@pytest.mark.parametrize(
    "spelling",
    [
        lambda name: name,
        lambda name: name[0].upper() + name[1:],
        lambda name: name.replace("Left", "_L").replace("Right", "_R"),
        lambda name: name.replace("Left", ".l").replace("Right", ".r"),
        lambda name: f"!ex-{name}",
        lambda name: f"Wolf3D_Head.{name}",
        lambda name: f"A25_{name}",
    ],
)
def test_arkit_is_found_however_it_is_spelt(spelling):
    keys = {name: spelling(name) for name in ARKIT}
    face = map_face(list(keys.values()))
    assert face.title == "ARKit"
    assert face.blocks == {key: {name: 1.0} for name, key in keys.items()}


def test_a_side_needs_a_mark_or_a_capital():
    assert map_face(["mouthCurl", "cheekRail", "l", "R", "_L"]).blocks == {}
    assert map_face(["eyeBlinkL"]).blocks == {"eyeBlinkL": {"eyeBlinkLeft": 1.0}}


def test_vroid_shows_vowels_lids_brows_and_a_smile():
    face = map_face(VROID)
    blocks = {name.rpartition("Fcl_")[2]: weights for name, weights in face.blocks.items()}
    assert face.title == "VRoid"
    assert {"MTH_A", "MTH_I", "MTH_U", "MTH_E", "MTH_O"} <= blocks.keys()
    assert blocks["EYE_Close_L"] == {"eyeBlinkLeft": 1.0}
    assert "EYE_Close" not in blocks  # both lids at once, when each has its own
    assert "ALL_Joy" not in blocks
    assert blocks["MTH_Fun"] == {"mouthSmileLeft": 0.3, "mouthSmileRight": 0.3}


def test_one_blink_is_enough():
    face = map_face(["aa", "ih", "ou", "ee", "oh", "Blink"])
    assert face.blocks["Blink"] == {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5}
    face = map_face(VRM_1)
    assert face.title == "VRM"
    assert face.blocks["blinkLeft"] == {"eyeBlinkLeft": 1.0}
    assert "blink" not in face.blocks
    assert "relaxed" in face.blocks
    assert "happy" not in face.blocks  # which laughs, when there is a quieter smile


def test_mmd_in_any_width():
    face = map_face(MMD)
    assert face.title == "MMD"
    assert set("あいうえお") <= face.blocks.keys()
    assert face.blocks["まばたき"] == {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5}
    assert not {"ウィンク", "ウィンク２", "ウィンク右"} & face.blocks.keys()
    winks = map_face(["あ", "ｳｨﾝｸ２", "ｳｨﾝｸ２右", "ウィンク"])
    assert winks.blocks["ｳｨﾝｸ２右"] == {"eyeBlinkRight": 1.0}
    assert "ウィンク" not in winks.blocks


def test_reallusion_has_several_shapes_for_one_expression():
    face = map_face(CC4)
    assert face.title == "Reallusion CC4"
    pucker = [name for name, weights in face.blocks.items() if "mouthPucker" in weights]
    assert len(pucker) == 4
    assert face.blocks["Eye_R_Look_L"] == {"eyeLookInRight": 1.0}
    assert "V_Open" not in face.blocks
    cc3 = map_face(["Mouth_Open", "Mouth_Pucker_Open", "Eye_Blink", "Brow_Raise_Outer_L"])
    assert cc3.blocks["Mouth_Open"] == {"jawOpen": 1.0, "mouthClose": -1.0}
    assert cc3.blocks["Eye_Blink"] == {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5}


def test_metahuman_curves_by_quarters():
    keys = [f"CTRL_expressions_mouthFunnel{at}" for at in ("UL", "UR", "DL", "DR")]
    face = map_face([*keys, "CTRL_expressions_mouthCornerPullL", "CTRL_expressions_eyeLookLeftR"])
    assert face.title == "MetaHuman"
    assert all(face.blocks[key] == {"mouthFunnel": 1.0} for key in keys)
    assert face.blocks["CTRL_expressions_mouthCornerPullL"] == {"mouthSmileLeft": 1.0}
    assert face.blocks["CTRL_expressions_eyeLookLeftR"] == {"eyeLookInRight": 1.0}


def test_visemes_rest_where_there_are_expressions():
    visemes = [f"viseme_{name}" for name in OCULUS]
    face = map_face([*visemes, "mouthOpen", "mouthSmile", "eyesClosed", *ARKIT])
    assert face.title == "ARKit"
    assert not set(visemes) & face.blocks.keys()
    plain = map_face([*visemes, "mouthOpen", "mouthSmile"])
    assert {"viseme_aa", "viseme_U", "mouthSmile"} <= plain.blocks.keys()
    assert "mouthOpen" not in plain.blocks  # the mouth would open twice
    vrchat = map_face([f"vrc.v_{name.lower()}" for name in (*OCULUS, "ih", "oh", "ou")])
    assert {"vrc.v_aa", "vrc.v_ih", "vrc.v_ou", "vrc.v_e"} <= vrchat.blocks.keys()


def test_a_face_of_two_shapes_and_no_face_at_all():
    face = map_face(["mouthOpen", "mouthSmile"])
    assert face.title == "Ready Player Me"
    assert {"jawOpen", "mouthSmileLeft"} <= face.carried
    assert map_face(["Key 1", "Fat", "Corrective"]) == FaceMap("", {})
    assert map_face([]).carried == frozenset()


def test_every_mesh_of_a_head_takes_what_it_has():
    teeth, brows = map_face(["jawOpen", "jawLeft"]), map_face(["browInnerUp"])
    assert teeth.carried == {"jawOpen", "jawLeft"}
    assert brows.carried == {"browInnerUp"}


def test_values_are_weighted_sums_within_bounds():
    face = FaceMap("", {"aa": {"jawOpen": 2.0, "mouthClose": -1.0}, "x": {"tongueOut": 1.0}})
    curves = face.curves(
        {"jawOpen": np.array([0.0, 0.25, 0.9]), "mouthClose": np.array([0.5, 0.1, 0.0])}
    )
    assert curves.keys() == {"aa"}
    np.testing.assert_allclose(curves["aa"], [0.0, 0.4, 1.0])


@given(st.lists(st.sampled_from([name for table in FACES for name in table.shapes]), unique=True))
def test_any_mixture_of_families_drives_each_shape_within_bounds(keys: list[str]):
    rng = np.random.default_rng(len(keys))
    face = map_face(keys)
    assert list(face.blocks) == [key for key in keys if key in face.blocks]
    curves = face.curves({name: rng.uniform(size=3) for name in ARKIT})
    assert curves.keys() == face.blocks.keys()
    assert all(0.0 <= values.min() <= values.max() <= 1.0 for values in curves.values())
    # no expression opens the mouth through two families
    jaw = [key for key, weights in face.blocks.items() if "jawOpen" in weights]
    families = [{key for key in jaw if key in map_face(jaw, [table]).blocks} for table in FACES]
    assert set(jaw) in families


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (VOWELS, {shape: shape for shape in ("aa", "ih", "ou", "ee", "oh")}),
        (VISEMES, {shape: f"viseme_{shape}" for shape in ("aa", "E", "I", "O", "U", "CH", "SS")}),
        (OPENING, {"open": "mouthOpen"}),
    ],
)
def test_the_shipped_weights_are_those_of_the_fit(targets, names):
    blocks = map_face(list(names.values())).blocks
    for shape, fitted in fit(targets).items():
        shipped = blocks[names[shape]]
        for stem, weight in fitted.items():
            sum_of_sides = sum(value for name, value in shipped.items() if name.startswith(stem))
            assert abs(sum_of_sides - weight) < 0.021, (shape, stem)


SAID = "a m a n u p i k o s ɛ m ʌ tɕ i pʰ o w a ɯ m u p͈ i".split()


def _spoken() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Expressions of made-up speech, and the frames in the middle of ㅁ, ㅂ, ㅍ."""
    step, fps = 0.13, 60.0
    phonemes = [
        Phoneme(symbol, 0.4 + n * step, 0.4 + (n + 1) * step) for n, symbol in enumerate(SAID)
    ]
    curves = lip_sync(phonemes, phonemes[-1].end + 0.5, fps)
    curves = np.maximum(curves, np.where([n.startswith("mouthSmile") for n in ARKIT], 0.2, 0.0))
    shut = [p for p in phonemes if load_visemes()[p.symbol].closes]
    frames = np.array([round(0.5 * (p.start + p.end) * fps) for p in shut])
    return dict(zip(ARKIT, curves.T, strict=True)), frames


OPENNESS = {
    "aa": 1.0, "oh": 0.6, "ee": 0.55, "ih": 0.25, "ou": 0.2,
    "O": 0.6, "E": 0.55, "I": 0.25, "U": 0.2, "CH": 0.2, "SS": 0.2, "mouthOpen": 1.0,
}  # fmt: skip
"""About how far a shape at its full value opens the lips, next to あ."""


@pytest.mark.parametrize(
    "keys",
    [["aa", "ih", "ou", "ee", "oh"], [f"viseme_{name}" for name in OCULUS], ["mouthOpen"]],
    ids=["vowels", "visemes", "one shape"],
)
def test_a_mouth_of_few_shapes_opens_and_closes_with_the_speech(keys):
    expressions, shut = _spoken()
    curves = map_face(keys).curves(expressions)
    opening = np.sum(
        [OPENNESS[name.removeprefix("viseme_")] * c for name, c in curves.items()], axis=0
    )
    lips = expressions["jawOpen"] - expressions["mouthClose"]
    lips = lips + 0.25 * (expressions["mouthLowerDownLeft"] + expressions["mouthUpperUpLeft"])
    assert np.corrcoef(opening, lips)[0, 1] > 0.95
    assert opening[shut].max() < 0.12
    assert opening.max() > 0.6
    assert max(values[0] for values in curves.values()) < 0.03  # at rest, smiling


def test_each_vowel_shows_as_its_own_shape():
    face = map_face(["aa", "ih", "ou", "ee", "oh"])
    for phoneme, shape in {"a": "aa", "i": "ih", "u": "ou", "ɛ": "ee", "o": "oh"}.items():
        pose = load_visemes()[phoneme].pose
        expressions = {
            name: np.array([next((v for stem, v in pose.items() if name.startswith(stem)), 0.0)])
            for name in ARKIT
        }
        values = {name: float(curve[0]) for name, curve in face.curves(expressions).items()}
        assert max(values, key=values.__getitem__) == shape, (phoneme, values)


def test_a_map_survives_its_file(tmp_path):
    face = map_face(MMD)
    write_face(tmp_path / "face.json", face)
    again = read_face(tmp_path / "face.json")
    assert again == face
    assert list(again.blocks) == list(face.blocks)


def test_faces_are_told_by_their_shape_keys():
    assert face_fingerprint(["a", "b"]) == face_fingerprint(["b", "a"])
    assert face_fingerprint(["a", "b"]) != face_fingerprint(["ab"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-9], "is not JSON"),
        (lambda text: "[]", "must be a JSON object"),
        (lambda text: text.replace("momjit-face", "other"), "is not a face map"),
        (lambda text: text.replace('"version": 1', '"version": 2'), "is not a face map"),
        (lambda text: text.replace("jawOpen", "jawOpened"), "“jawOpened” is none of the 52"),
        (lambda text: text.replace("1.0", "9.0"), "within ±4, not 9.0"),
        (lambda text: text.replace("1.0", "NaN"), "within ±4, not nan"),
        (lambda text: text.replace("1.0", "true"), "not True"),
        (lambda text: text.replace('"ARKit"', "7"), "title must be"),
    ],
)
def test_a_damaged_map_says_where(change, said):
    text = change(face_to_json(map_face(["jawOpen"])))
    with pytest.raises(UserError, match=f"here.*{said}"):
        face_from_json(text, "here")


def test_a_file_that_is_no_map(tmp_path):
    (tmp_path / "large.json").write_bytes(b" " * (1 << 21))
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe")
    for name, said in {
        "large.json": "too large",
        "latin.json": "cannot",
        "no.json": "cannot",
    }.items():
        with pytest.raises(UserError, match=f"{name}.*{said}"):
            read_face(tmp_path / name)


def write_glb(path: Path, document: dict[str, Any]) -> Path:
    """A binary glTF file that holds nothing but its JSON."""
    text = json.dumps(document, ensure_ascii=False).encode()
    path.write_bytes(
        struct.pack("<4sII", b"glTF", 2, 20 + len(text))
        + struct.pack("<I4s", len(text), b"JSON")
        + text
    )
    return path


FACE_MESH = {"primitives": [{"extras": {"targetNames": ["입벌림", "입술", "눈감기L", "눈감기"]}}]}


def test_a_vrm_file_says_what_its_shape_keys_show(tmp_path):
    bind = [{"node": 1, "index": n, "weight": w} for n, w in ((0, 1.0), (1, 0.5), (9, 1.0))]
    preset = {
        "aa": {"morphTargetBinds": bind},
        "blinkLeft": {"morphTargetBinds": [{"node": 1, "index": 2, "weight": 1.0}]},
        "blink": {"morphTargetBinds": [{"node": 1, "index": 3, "weight": 1.0}]},
        "happy": {"morphTargetBinds": [{"node": 7, "index": 0, "weight": 1.0}, "odd"]},
    }
    document = {
        "nodes": [{}, {"mesh": 0}],
        "meshes": [FACE_MESH],
        "extensions": {"VRMC_vrm": {"expressions": {"preset": preset}}},
    }
    stated = stated_shapes(write_glb(tmp_path / "one.vrm", document))
    assert stated == {
        "입벌림": {"aa": 1.0},
        "입술": {"aa": 0.5},
        "눈감기L": {"blinkLeft": 1.0},
        "눈감기": {"blink": 1.0},
    }
    names = ["입벌림", "입술", "눈감기L", "눈감기"]
    face = map_face(names, (*FACES, stated_names(stated)))
    vowel = map_face(["aa"]).blocks["aa"]
    assert face.title == "VRM"
    assert face.blocks["입벌림"] == vowel
    assert face.blocks["입술"] == pytest.approx({name: 0.5 * w for name, w in vowel.items()})
    assert face.blocks["눈감기L"] == {"eyeBlinkLeft": 1.0}
    assert map_face(names).blocks == {}  # nobody could know


def test_vrm_0_counts_to_a_hundred(tmp_path):
    groups = [
        {"presetName": "a", "binds": [{"mesh": 0, "index": 0, "weight": 80}]},
        {"presetName": "Blink_L", "binds": [{"mesh": 0, "index": 2, "weight": 100}]},
        {"presetName": "unknown", "binds": [{"mesh": 0, "index": 1, "weight": 100}]},
        {"presetName": "o", "binds": [{"mesh": 5, "index": 0, "weight": 100}, 3, {}]},
    ]
    document = {
        "meshes": [FACE_MESH],
        "extensions": {"VRM": {"blendShapeMaster": {"blendShapeGroups": groups}}},
    }
    stated = stated_shapes(write_glb(tmp_path / "zero.vrm", document))
    assert stated == {"입벌림": {"aa": 0.8}, "눈감기L": {"blinkLeft": 1.0}}


def test_what_a_vrm_file_says_gives_way_to_arkit():
    stated = stated_names({"jawOpen": {"aa": 1.0}})
    face = map_face(list(ARKIT), (*FACES, stated))
    assert face.title == "ARKit"
    assert face.blocks["jawOpen"] == {"jawOpen": 1.0}


@pytest.mark.parametrize("document", [{}, {"meshes": 3}, {"extensions": {"VRM": []}}])
def test_a_file_that_states_nothing(tmp_path, document):
    assert stated_shapes(write_glb(tmp_path / "none.glb", document)) == {}
