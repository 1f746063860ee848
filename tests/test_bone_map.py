"""Recognising rigs by the names of their bones and by their shape."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.bone_map import BoneMap, guess_bones, map_bones
from blender_addon.core.errors import UserError
from blender_addon.core.humanoid import ESSENTIAL, HUMANOID, PARENT, SIDES, sided
from blender_addon.core.name_words import Reading
from blender_addon.core.rig import Rig
from blender_addon.core.rig_names import RIGS, RigNames
from gesture_core.skeleton import HUMANOID as SKELETON
from tests.rig_variations import Draft, crowded, varied
from tests.rigs import MAKEHUMAN_RIGS, TO_Z_UP, makehuman_rig

FACE = {"leftEye", "rightEye", "jaw"}
"""Without names a face is a crowd of little bones; nothing that is generated needs these."""

SINGLE_THUMBS = {"leftThumbMetacarpal", "rightThumbMetacarpal"}
"""A thumb of one bone is known by its name only."""


def family_rig(table: RigNames) -> tuple[Rig, dict[str, str]]:
    """Our skeleton under a family's names, with the split limbs that it has; and the answer."""
    heads: dict[str, np.ndarray] = {}
    parents: dict[str, str] = {}
    played: dict[str, str] = {}
    for name in SKELETON.names:
        side, part = sided(name)
        row = table.bones.get(name) or table.bones.get(part)
        if row is None:
            continue
        word = table.sides[SIDES.index(side)] if side else ""
        names = [one.format(side=word, letter=side[:1].upper()) for one in row]
        above = PARENT.get(name, "")
        while above and above not in played:
            above = PARENT.get(above, "")
        parents[names[0]] = played.get(above, "")
        played[name] = names[0]
        place = SKELETON.rest_positions[SKELETON.index(name)] @ TO_Z_UP.T
        heads[names[0]] = place
        child = next((c for c, p in PARENT.items() if p == name), name)
        way = SKELETON.rest_positions[SKELETON.index(child)] @ TO_Z_UP.T - place
        for k, extra in enumerate(names[1:], start=1):
            heads[extra], parents[extra] = place + way * k / (len(names) + 1), names[0]
    order = list(heads)
    index = {name: k for k, name in enumerate(order)}
    draft = Draft(order, [index.get(parents[n], -1) for n in order], np.array(list(heads.values())))
    return draft.finish(), played


def scrambled(rig: Rig, seed: int = 0) -> tuple[Rig, dict[str, str]]:
    """The rig with names that say nothing; and each new name's old one."""
    order = np.random.default_rng(seed).permutation(len(rig.names))
    names = tuple(f"{k:04x}" for k in order)
    return replace(rig, names=names), dict(zip(names, rig.names, strict=True))


def share_right(found: BoneMap, truth: dict[str, str]) -> float:
    asked = {name: bone for name, bone in truth.items() if name not in FACE}
    return sum(found.bones.get(n, ("",))[0] == bone for n, bone in asked.items()) / len(asked)


@pytest.mark.parametrize(
    ("name", "title", "missing"),
    [
        ("mixamo", "Mixamo", {"leftEye", "rightEye", "jaw"}),
        ("game_engine", "Unreal's mannequin", {"leftEye", "rightEye", "jaw"}),
        ("default", "MakeHuman", {"leftToes", "rightToes"}),
    ],
)
def test_real_rigs_are_recognised_and_what_they_lack_is_told(name, title, missing):
    found = map_bones(makehuman_rig(name))
    assert found.title == title
    assert set(found.missing) == missing
    assert min(found.confidence.values()) > 0.9


def test_a_rig_without_fingers_is_still_a_body():
    found = map_bones(makehuman_rig("cmu_mb"))
    assert found.title == "CMU's recordings"
    assert found.first("leftThumbMetacarpal") == "LThumb"
    assert set(found.missing) > {"leftIndexProximal", "rightLittleDistal"}
    assert not found.lacking


@pytest.mark.parametrize("name", MAKEHUMAN_RIGS)
def test_real_rigs_are_recognised_by_their_shape_alone(name):
    rig = makehuman_rig(name, seed=2, scale=100.0)
    named = map_bones(rig)
    nameless, old = scrambled(rig)
    found = map_bones(nameless)
    left_out = SINGLE_THUMBS if name == "cmu_mb" else set()
    truth = {slot: parts[0] for slot, parts in named.bones.items() if slot not in left_out}
    back = replace(found, bones={s: tuple(old[b] for b in p) for s, p in found.bones.items()})
    assert share_right(back, truth) >= 0.95
    assert not found.title


@pytest.mark.parametrize("table", RIGS, ids=lambda table: table.title)
def test_every_family_is_found_by_its_names_and_by_its_shape(table):
    rig, truth = family_rig(table)
    found = map_bones(rig)
    assert found.title == table.title
    assert {name: parts[0] for name, parts in found.bones.items()} == truth
    flat = [bone for bones in found.bones.values() for bone in bones]
    assert len(flat) == len(set(flat))
    assert set(found.reasons) == set(found.confidence) == set(found.bones)
    nameless, old = scrambled(rig)
    alone = map_bones(nameless)
    back = replace(alone, bones={s: (old[p[0]],) for s, p in alone.bones.items()})
    assert share_right(back, truth) >= 0.95


def test_split_limbs_list_their_bones_from_the_body_outwards():
    table = next(table for table in RIGS if table.title == "Character Creator")
    found = map_bones(family_rig(table)[0])
    assert found.bones["leftUpperArm"] == ("L_Upperarm", "L_UpperarmTwist01", "L_UpperarmTwist02")


def test_twist_bones_in_the_way_are_found_without_names():
    found = map_bones(scrambled(makehuman_rig("default"))[0])
    assert len(found.bones["leftUpperArm"]) == 2
    assert len(found.bones["leftLowerLeg"]) == 2
    assert len(found.bones["leftHand"]) == 1


def test_the_humanoid_of_both_halves_is_the_same():
    assert set(HUMANOID) == set(SKELETON.names)


@pytest.mark.parametrize(
    "mark", ["mixamorig:", "mixamorig1:", "mixamorig12_", "Armature|mixamorig:", "Ch03:", ""]
)
def test_namespaces_do_not_matter(mark: str):
    rig = makehuman_rig("mixamo")
    names = tuple(mark + name.removeprefix("mixamorig:") for name in rig.names)
    found = map_bones(replace(rig, names=names))
    assert found.title == "Mixamo"
    assert found.first("leftLowerArm") == mark + "LeftForeArm"
    assert found.reasons["leftLowerArm"] == f"named like Mixamo: {mark}LeftForeArm"


@pytest.mark.parametrize(
    ("spelling", "title"),
    [
        ("Character1_{}", "HumanIK"),
        ("character:{}", "Mixamo"),
        ("Hero_{}", "Mixamo"),
        ("mixamorig_{}_0{:d}", "Mixamo"),
        ("{}_{:d}", "Mixamo"),
    ],
)
def test_what_importers_add_to_every_name_does_not_matter(spelling: str, title: str):
    rig = makehuman_rig("mixamo")
    bare = [name.removeprefix("mixamorig:") for name in rig.names]
    names = tuple(spelling.format(name, k) for k, name in enumerate(bare))
    found = map_bones(replace(rig, names=names))
    assert found.title == title
    known = map_bones(rig)
    assert {s: rig.names[names.index(p[0])] for s, p in found.bones.items()} == {
        s: p[0] for s, p in known.bones.items()
    }


def renamed(rig: Rig, new: dict[str, str], extra: dict[str, str]) -> Rig:
    """The rig with other names, and with `extra` bones (name → parent) at their parents' places."""
    names = [new.get(name, name) for name in rig.names]
    draft = Draft(names, list(rig.parents), rig.heads.copy())
    for name, parent in extra.items():
        above = draft.names.index(parent)
        bone = draft.add(above, draft.heads[above] + [0.0, 0.0, 0.004])
        draft.names[bone] = name
    return draft.finish()


def test_unreal_5s_trunk_metacarpals_and_correctives_are_told_apart():
    rig = makehuman_rig("default")
    known = map_bones(rig)
    table = next(table for table in RIGS if table.title == "Unreal 5's mannequin")
    trunk = ("spine05", "spine04", "spine03", "spine02", "spine01")
    new = {old: f"spine_0{k}" for k, old in enumerate(trunk, start=1)} | {"neck02": "neck_02"}
    for slot, parts in known.bones.items():
        side, part = sided(slot)
        row = table.bones.get(part)
        if row and parts[0] not in new:
            new[parts[0]] = row[0].format(side=side[:1])
    for k, finger in enumerate(("index", "middle", "ring", "pinky"), start=1):
        for letter in "LR":
            new[f"metacarpal{k}.{letter}"] = f"{finger}_metacarpal_{letter.lower()}"
    extra = {}
    for letter in "lr":
        extra |= {
            f"upperarm_correctiveRoot_{letter}": f"upperarm_{letter}",
            f"upperarm_bicep_{letter}": f"upperarm_{letter}",
            f"calf_knee_{letter}": f"calf_{letter}",
            f"wrist_inner_{letter}": f"hand_{letter}",
            f"clavicle_pec_{letter}": "spine_05",
        }
    found = map_bones(renamed(rig, new, extra))
    assert found.title == table.title
    assert [found.first(slot) for slot in ("hips", "spine", "chest", "upperChest", "neck")] == [
        "pelvis", "spine_01", "spine_03", "spine_05", "neck_01"
    ]  # fmt: skip
    assert found.first("leftIndexProximal") == "Index_01_l"
    assert found.first("rightLowerLeg") == "calf_r"
    assert found.first("leftUpperArm") == "upperarm_l"


@pytest.mark.parametrize(
    ("title", "helpers"),
    [
        ("MikuMikuDance", "左足D:左足 左ひざD:左ひざ 左足首D:左足首 左足先EX:左足首 左肩P:上半身2 "
         "左肩C:左肩 左腕捩1:左腕 左手捩1:左ひじ 腰キャンセル左:センター 両目:頭 下半身:センター"),
        ("Character Creator", "Pelvis:Hip L_ThighShareBone:L_Thigh L_KneeShareBone:L_Calf "
         "L_ToeBaseShareBone:L_Foot L_BigToe1:L_ToeBase L_ElbowShareBone:L_Forearm "
         "L_RibsTwist:Spine02 NeckTwist02:NeckTwist01 FacialBone:Head"),
        ("Genesis 9", "pelvis:hip l_pectoral:spine4 l_metatarsal:l_foot l_bigtoe1:l_toes "
         "l_indexmetacarpal:l_hand neck2:neck1 upperfacerig:head"),
        ("3ds Max's Biped", "Footsteps:Pelvis LFinger0Nub:LFinger02 HeadNub:Head LToe0Nub:LToe0"),
    ],
)  # fmt: skip
def test_a_familys_helper_bones_are_not_taken_for_its_bones(title: str, helpers: str):
    rig, truth = family_rig(next(table for table in RIGS if table.title == title))
    extra = dict(pair.split(":") for pair in helpers.split())
    found = map_bones(renamed(rig, {}, extra))
    assert found.title == title
    assert {slot: parts[0] for slot, parts in found.bones.items()} == truth


def test_auto_rig_pros_arms_begin_with_the_bone_that_carries_the_others():
    table = next(table for table in RIGS if table.title == "Auto-Rig Pro")
    rig, truth = family_rig(table)
    draft = Draft(list(rig.names), list(rig.parents), rig.heads.copy())
    for letter in "lr":
        twist, stretch, offset, forearm = (
            draft.names.index(f"{name}.{letter}")
            for name in ("arm_twist", "arm_stretch", "c_arm_twist_offset", "forearm_stretch")
        )
        # as its exports hang: offset (at the shoulder) → stretch (in the middle) → forearm
        draft.names[stretch], draft.names[offset] = draft.names[offset], draft.names[stretch]
        draft.parents[forearm] = offset
        draft.parents[twist] = stretch
    order = sorted(range(len(draft.names)), key=lambda bone: len(rigs_above(draft, bone)))
    place = {bone: k for k, bone in enumerate(order)}
    sorted_draft = Draft(
        [draft.names[k] for k in order],
        [place.get(draft.parents[k], -1) for k in order],
        draft.heads[order],
    )
    found = map_bones(sorted_draft.finish())
    assert found.bones["leftUpperArm"][0] == "c_arm_twist_offset.l"
    assert "arm_stretch.l" in found.bones["leftUpperArm"]
    assert found.first("leftLowerArm") == truth["leftLowerArm"]


def rigs_above(draft: Draft, bone: int) -> list[int]:
    row = []
    while draft.parents[bone] >= 0:
        bone = draft.parents[bone]
        row.append(bone)
    return row


@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("Arm_Upper_Left", "leftUpperArm"),
        ("rForeArm", "rightLowerArm"),
        ("lowerarm_l", "leftLowerArm"),
        ("왼쪽_팔꿈치", "leftLowerArm"),
        ("右手首", "rightHand"),
        ("左足首", "leftFoot"),
        ("左人指１", "leftIndexProximal"),
        ("JtClavicleLf", "leftShoulder"),
        ("rthigh", "rightUpperLeg"),
        ("R_Calf", "rightLowerLeg"),
        ("ball.L", "leftToes"),
        ("골반", "hips"),
        ("Skull", "head"),
    ],
)
def test_names_are_read_as_words(name: str, slot: str):
    reading = Reading.of(name)
    weights = {other: reading.weight(other) for other in HUMANOID}
    assert weights[slot] == max(weights.values()) > 0.0


@pytest.mark.parametrize("name", ["左腕捩", "hair_L", "upperarm_twist_l", "ik_hand_l", "全ての親"])
def test_what_is_no_part_of_the_body_is_no_bone_of_it(name: str):
    assert max(Reading.of(name).weight(slot) for slot in HUMANOID) < 0.0


def test_words_alone_name_a_rig_of_no_family():
    words = {"UpperArm": "Arm_Upper", "LowerArm": "Arm_Lower", "UpperLeg": "Leg_Upper",
             "LowerLeg": "Leg_Lower"}  # fmt: skip
    table = next(table for table in RIGS if table.title == "VRM names")
    rig, truth = family_rig(table)
    new = {}
    for slot, bone in truth.items():
        side, part = sided(slot)
        new[bone] = f"Root|{words.get(part, part)}{'_' + side.upper() if side else ''}"
    found = map_bones(replace(rig, names=tuple(new.get(name, f"z{name}") for name in rig.names)))
    assert {slot: parts[0] for slot, parts in found.bones.items()} == {
        slot: new[bone] for slot, bone in truth.items()
    }
    assert "“arm”, “upper”, “left”" in found.reasons["leftUpperArm"]


def test_reasons_of_a_nameless_rig_speak_of_places():
    found = map_bones(scrambled(makehuman_rig("mixamo"))[0])
    said = found.reasons["leftLowerArm"]
    assert said == "second long bone of the left arm's chain, which ends in five fingers"
    assert "in the place of the index" in found.reasons["rightIndexDistal"]


def test_what_a_file_states_is_believed_against_names_and_shape():
    rig = makehuman_rig("mixamo")
    stated = {"head": "mixamorig:Neck"}
    found = guess_bones(rig, stated)
    assert found.first("head") == "mixamorig:Neck"
    assert found.reasons["head"] == "the rig's own file says so"
    assert guess_bones(rig, {"head": "no such bone"}).first("head") == "mixamorig:Head"


@pytest.mark.parametrize("names", [(), ("hips",), ("hips", "spine", "head", "Bone.001")])
def test_what_is_no_body_is_refused_with_what_is_missing(names: tuple[str, ...]):
    heads = np.arange(3.0 * len(names)).reshape(-1, 3)
    parents = tuple(range(-1, len(names) - 1))
    rig = Rig(names, parents, heads, heads, np.tile(np.eye(3), (len(names), 1, 1)))
    with pytest.raises(UserError, match=r"leftUpperArm.*VRM names, VRoid, Mixamo"):
        map_bones(rig)


def test_bones_in_one_place_end_in_an_answer():
    nowhere = np.zeros((6, 3))
    rig = Rig(tuple("abcdef"), (-1, 0, 1, 2, 0, 4), nowhere, nowhere, np.tile(np.eye(3), (6, 1, 1)))
    assert guess_bones(rig).lacking


@pytest.mark.parametrize("seed", range(6))
def test_axes_unit_and_order_do_not_matter(seed: int):
    rng = np.random.default_rng(seed)
    rig = makehuman_rig("game_engine")
    turn = np.eye(3)[rng.permutation(3)] * rng.choice([-1.0, 1.0], 3)[:, None]
    turn[:, 2] *= np.linalg.det(turn)
    size = 10.0 ** rng.uniform(-3.0, 3.0)
    places = [size * (ends @ turn.T + rng.normal(0.0, 2.0, 3)) for ends in (rig.heads, rig.tails)]
    turned = replace(rig, heads=places[0], tails=places[1], rotations=turn @ rig.rotations)
    nameless, old = scrambled(turned, seed)
    found = map_bones(nameless)
    named = map_bones(rig)
    assert {s: old[p[0]] for s, p in found.bones.items()} == {
        s: p[0] for s, p in named.bones.items()
    }


@pytest.fixture(scope="module")
def strangers() -> list[tuple[BoneMap, dict[str, str]]]:
    """Real rigs with random proportions, poses, axes, units, hair, skirts, tails and weapons."""
    bases = []
    for name in MAKEHUMAN_RIGS:
        rig = makehuman_rig(name)
        known = map_bones(rig)
        for slot in FACE | (
            {"leftThumbMetacarpal", "rightThumbMetacarpal"} if name == "cmu_mb" else set()
        ):
            known.bones.pop(slot, None)
        bases.append((rig, known))
    made = []
    for seed in range(4):
        for rig, known in bases:
            stranger, truth = varied(rig, known, np.random.default_rng(900 + seed))
            made.append((guess_bones(stranger), truth))
    return made


def test_strangers_rigs_are_read_by_shape(strangers):
    shares = [share_right(found, truth) for found, truth in strangers]
    assert np.mean(shares) >= 0.95


def test_strangers_are_not_taken_from_behind(strangers):
    for found, truth in strangers:
        assert found.bones["leftUpperLeg"][0] != truth["rightUpperLeg"]


def test_confidence_means_how_often_it_is_right(strangers):
    judged = [
        (found.confidence[slot], truth.get(slot) == parts[0])
        for found, truth in strangers
        for slot, parts in found.bones.items()
        if slot not in FACE
    ]
    shares = []
    for least, most in ((0.0, 0.7), (0.7, 0.9), (0.9, 1.01)):
        right = [right for confidence, right in judged if least <= confidence < most]
        assert len(right) > 5
        shares.append(np.mean(right))
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] >= 0.98


def test_seven_hundred_bones_take_less_than_a_second():
    rig = makehuman_rig("default")
    crowd = crowded(rig)
    assert len(crowd.names) > 700
    began = time.process_time()
    found = map_bones(crowd)
    assert time.process_time() - began < 1.0
    known = map_bones(rig)
    assert {slot: found.first(slot) for slot in ESSENTIAL} == {
        slot: known.first(slot) for slot in ESSENTIAL
    }
