"""The bone map of an armature, changed by the panel's operators; run in Blender.

Usage: python bone_panel.py FOLDER
The last line of the output is a JSON object of what was seen at each step.
"""

import json
import os
import sys
from pathlib import Path

os.environ["BLENDER_USER_RESOURCES"] = sys.argv[1]

import bpy  # noqa: E402
from mathutils import Matrix  # noqa: E402

import blender_addon  # noqa: E402
from blender_addon.core.humanoid import HUMANOID  # noqa: E402
from blender_addon.scene.bones import KEPT, bone_map_of, known_bones, recall_map  # noqa: E402
from blender_addon.ui import bones, session  # noqa: E402
from blender_addon.ui.bone_reason import said  # noqa: E402
from tests.blender.armatures import A_POSE, build  # noqa: E402

seen: dict[str, object] = {}
folder = Path(sys.argv[1])


def refusal(name: str, **options: object) -> str:
    """What an operator says no with."""
    try:
        getattr(bpy.ops.momjit, name)(**options)
    except RuntimeError as error:
        return str(error).strip().removeprefix("Error: ")
    return ""


def scrambled(name: str) -> bpy.types.Object:
    """Our skeleton with names that say nothing."""
    armature = build(name, A_POSE)
    for number, bone in enumerate(armature.data.bones):
        bone.name = f"b{number:02d}"
    for other in bpy.context.view_layer.objects:
        other.select_set(other == armature)
    return armature


def choose(humanoid: str) -> None:
    bpy.context.window_manager.momjit_body.active = HUMANOID.index(humanoid)


bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
blender_addon.register()
session.current().folder = folder
seen["nothing selected"] = refusal("detect_bones")
hero = scrambled("Hero")
bpy.ops.ed.undo_push(message="start")
bones._fill_rows()
seen["rows"] = len(bpy.context.window_manager.momjit_body.rows)
found = bone_map_of(hero)
seen["found"] = len(found.bones)
scene = bpy.context.scene

choose("leftHand")
seen["shown"] = scene.momjit_bones.bone == found.first("leftHand")
hand, other = found.first("leftHand"), found.first("leftLittleDistal")
scene.momjit_bones.bone = other
seen["chosen"] = known_bones(hero).bones["leftHand"][0] == other
seen["reason"] = known_bones(hero).reasons["leftHand"]
seen["confidence of another"] = known_bones(hero).confidence["leftFoot"]
seen["robbed"] = "leftLittleDistal" not in known_bones(hero).bones
hero.data.bones.active = hero.data.bones[hand]
bpy.ops.momjit.pick_bone()
seen["picked"] = known_bones(hero).bones["leftHand"][0] == hand
scene.momjit_bones.bone = ""
seen["cleared"] = known_bones(hero).lacking
bpy.ops.momjit.pick_bone()
bpy.ops.momjit.mirror_bones(side="left")
mirrored = known_bones(hero)
seen["mirrored hand"] = mirrored.first("rightHand") == found.first("rightHand")
seen["mirrored finger"] = "rightLittleDistal" not in mirrored.bones
choose("rightFoot")
bpy.ops.momjit.show_bone()
seen["active"] = hero.data.bones.active.name == found.first("rightFoot")

seen["nothing saved"] = refusal("forget_bones")
bpy.ops.momjit.save_bones()
twin = scrambled("Twin")
twin.data.transform(Matrix.Scale(100.0, 4))
recall_map(twin, bones.bone_operators.bones_folder())
seen["recalled"] = known_bones(twin).bones == mirrored.bones
path = folder / "map.json"
bpy.ops.momjit.export_bones(filepath=str(path))
seen["no overwriting"] = refusal("export_bones", filepath=str(path))
bpy.ops.momjit.detect_bones()
seen["detected"] = KEPT not in twin.data
bpy.ops.momjit.import_bones(filepath=str(path))
seen["imported"] = known_bones(twin).bones == mirrored.bones
bpy.ops.momjit.forget_bones()
seen["forgotten"] = list((folder / "bones").iterdir()) == []
path.write_text(json.dumps({"format": "momjit-bones", "version": 1, "title": "", "bones": 7}))
seen["hostile"] = refusal("import_bones", filepath=str(path))
seen["still there"] = known_bones(twin).bones == mirrored.bones
twin.data[KEPT] = "{"
seen["damaged"] = refusal("mirror_bones", side="left")
bpy.ops.momjit.detect_bones()
seen["mended"] = len(known_bones(twin).bones)

reasons = known_bones(twin).reasons
in_korean = [said(reason, lambda text: bones.KOREAN.get(text, "?")) for reason in reasons.values()]
seen["untranslated"] = [text for text in in_korean if "?" in text]
seen["hand in Korean"] = in_korean[list(reasons).index("leftHand")]
blender_addon.unregister()
print("\n" + json.dumps(seen, ensure_ascii=False), flush=True)
os._exit(0)
