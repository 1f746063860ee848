"""Perform a clip on rigs that are built or placed oddly; run in Blender.

Usage: python odd_rigs.py CLIP.npz OUT.npz. OUT holds for each rig `NAME places` (T, M, 3), the
heads of its deforming joints in the world, `NAME names` (M,), `NAME turns` (T, 2, 3, 3) of hips
and head, and `NAME facing` (3, 3), the character's left, up and forward. The last line holds
remarks and refusals by rig.
"""

import json
import os
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Euler, Matrix

from blender_addon.core.adaptation import Adaptation
from blender_addon.core.clip_reader import read_clip
from blender_addon.core.errors import UserError
from blender_addon.core.manner import Manner
from blender_addon.scene.avatar import avatar_of
from blender_addon.scene.perform import perform_clip
from gesture_core.skeleton import HUMANOID
from tests.blender.armatures import (
    A_POSE,
    ODD_REST,
    Z_UP,
    add,
    build,
    copy,
    drive,
    editing,
    subdivide,
)

PLAIN = Manner(adaptation=Adaptation(contacts=False, push_out=False))


def a_pose() -> bpy.types.Object:
    return build("a_pose", A_POSE)


def odd_rest() -> bpy.types.Object:
    return build("odd_rest", ODD_REST)


def placed() -> bpy.types.Object:
    """Below a turned and scaled parent, itself turned and scaled down."""
    armature = build("placed", A_POSE)
    holder = bpy.data.objects.new("holder", None)
    bpy.context.scene.collection.objects.link(holder)
    holder.location, holder.rotation_euler, holder.scale = (1, 2, 3), (0.4, -0.3, 2.0), (2, 2, 2)
    armature.parent = holder
    armature.location, armature.rotation_euler = (0.5, 0, 0), (0.2, 0.1, -0.7)
    armature.scale = (0.01, 0.01, 0.01)
    return armature


def stretched() -> bpy.types.Object:
    armature = build("stretched", ODD_REST)
    armature.scale = (0.9, 0.8, 1.3)
    return armature


def y_up() -> bpy.types.Object:
    armature = build("y_up", A_POSE, axes=Matrix.Identity(3))
    armature.rotation_euler.x = np.pi / 2.0
    return armature


def facing_minus_x() -> bpy.types.Object:
    return build("facing_minus_x", A_POSE, axes=Matrix.Rotation(-np.pi / 2.0, 3, "Z") @ Z_UP)


def many_bones() -> bpy.types.Object:
    """Spine and chest of two bones, a neck of three, forearms of two."""
    armature = build("many_bones", A_POSE)
    for bone, count in (("spine", 2), ("chest", 2), ("neck", 3)):
        subdivide(armature, bone, count)
    return armature


def few_bones() -> bpy.types.Object:
    """No collar bones, no fingers, one chest bone, no neck, no toes."""
    gone = ("Shoulder", "Thumb", "Index", "Middle", "Ring", "Little", "Toes", "Eye")
    return build(
        "few_bones",
        {},
        skip=lambda name: (
            name in ("upperChest", "neck", "jaw") or any(part in name for part in gone)
        ),
    )


def loose() -> bpy.types.Object:
    """Bones that take over neither rotation nor scale; hips that slide along the armature."""
    armature = build("loose", A_POSE)
    for name in ("head", "leftUpperArm", "rightHand", "leftUpperLeg", "rightIndexProximal"):
        armature.data.bones[name].use_inherit_rotation = False
    for name in ("chest", "rightLowerArm"):
        armature.data.bones[name].inherit_scale = "NONE"
    armature.data.bones["hips"].use_local_location = False
    return armature


def connected_hips() -> bpy.types.Object:
    armature = build("connected_hips", A_POSE)
    with editing(armature) as bones:
        root = bones.new("ground")
        root.head, root.tail = (0, 0, 0), bones["hips"].head
        bones["hips"].parent, bones["hips"].use_connect = root, True
    return armature


def posed_by_hand() -> bpy.types.Object:
    """Bones that nothing is mapped to are turned, moved and scaled, and stay so."""
    armature = build("posed_by_hand", A_POSE)
    with editing(armature) as bones:
        root = bones.new("ground")
        root.head, root.tail = (0, 0, 0), (0, 0.3, 0)
        bones["hips"].parent = root
        add(bones, "pad", "leftUpperArm", "leftShoulder")
        bones["leftUpperArm"].parent = bones["pad"]
    armature.pose.bones["ground"].location = (0.1, 0.2, 0.0)
    armature.pose.bones["ground"].scale = (1.5, 1.5, 1.5)
    armature.pose.bones["pad"].rotation_quaternion = Euler((0.2, 0.1, 0.3)).to_quaternion()
    armature.pose.bones["leftLowerArm"].rotation_quaternion = (0.8, 0.6, 0.0, 0.0)
    armature.pose.bones["leftHand"].location = (0.02, 0.01, -0.03)
    armature.pose.bones["hips"].location = (0.3, 0.0, 0.1)
    armature.pose.bones["head"].scale = (1.3, 1.3, 1.3)
    return armature


def two_trunks() -> bpy.types.Object:
    """Lower and upper body hang side by side from a centre, as in MMD."""
    armature = build("two_trunks", A_POSE)
    with editing(armature) as bones:
        add(bones, "center", "hips", None)
        bones["hips"].parent = bones["spine"].parent = bones["center"]
    return armature


def animated() -> bpy.types.Object:
    """Plays an action over an NLA strip."""
    armature = build("animated", A_POSE)
    arm = armature.pose.bones["leftUpperArm"]
    for frame, angle in ((1, 0.5), (40, 1.5)):
        arm.rotation_quaternion = Euler((angle, 0, 0)).to_quaternion()
        arm.keyframe_insert("rotation_quaternion", frame=frame)
        armature.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=frame)
    track = armature.animation_data.nla_tracks.new()
    track.strips.new("below", 1, armature.animation_data.action)
    track.mute = True
    return armature


CONTROLLED = [
    name for name in HUMANOID.names if not name.endswith(("Eye", "jaw")) and "Little" not in name
]


def controls() -> bpy.types.Object:
    """A control rig: deforming bones copy FK controls or, as it is now, IK chains."""
    armature = build("controls", A_POSE)
    limbs = [side + limb for side in ("left", "right") for limb in ("Arm", "Leg")]
    with editing(armature) as bones:
        add(bones, "master", "hips", None)
        for name in CONTROLLED:
            above = HUMANOID.names[HUMANOID.parents[HUMANOID.index(name)]]
            parent = f"c_{above}_fk" if name not in ("hips", "spine") else "master"
            add(bones, f"c_{name}_fk", name, parent)
        for limb in limbs:
            side, kind = limb[:-3], limb[-3:]
            end = f"{side}Hand" if kind == "Arm" else f"{side}Foot"
            above = f"{side}Shoulder" if kind == "Arm" else "hips"
            add(bones, f"ik_{side}Upper{kind}", f"{side}Upper{kind}", f"c_{above}_fk")
            add(bones, f"ik_{side}Lower{kind}", f"{side}Lower{kind}", f"ik_{side}Upper{kind}")
            add(bones, f"c_{end}_ik", end, "master")
    pose = armature.pose.bones
    armature["left leg IK"] = 100
    armature.id_properties_ui("left leg IK").update(min=0, max=100)
    for limb in limbs:
        side, kind = limb[:-3], limb[-3:]
        end = f"{side}Hand" if kind == "Arm" else f"{side}Foot"
        pose[f"c_{end}_ik"]["ik_fk_switch"] = 0.0
        pose[f"c_{end}_ik"].location = (0.05, 0.02, 0.1)
        copy(armature, f"ik_{side}Lower{kind}", f"c_{end}_ik", "IK").chain_count = 2
    for name in CONTROLLED:
        copy(armature, name, f"c_{name}_fk")
        ik = f"c_{name}_ik" if f"c_{name}_ik" in pose else f"ik_{name}"
        if ik in pose:
            side = "left" if name.startswith("left") else "right"
            end = f"{side}Hand" if name.endswith(("Arm", "Hand")) else f"{side}Foot"
            over = copy(armature, name, ik)
            path, value = f'pose.bones["c_{end}_ik"]["ik_fk_switch"]', "1 - var"
            if end == "leftFoot":
                path, value = '["left leg IK"]', "var / 100"
            drive(armature, over, "influence", path)
            driver = armature.animation_data.drivers[-1].driver
            driver.type, driver.expression = "SCRIPTED", value
    return armature


def auto_rig_pro() -> bpy.types.Object:
    """The same rig under the names of another maker."""
    armature = controls()
    armature.name = "auto_rig_pro"
    bones = armature.data.bones
    for name, ours in (("c_{}_fk", True), ("{}", False)):
        for joint in CONTROLLED:
            bones[name.format(joint)].name = auto_rig_pro_name(joint, ours)
    bones["master"].name = "c_root_master.x"
    for side in ("left", "right"):
        bones[f"c_{side}Hand_ik"].name = f"c_hand_ik.{side[0]}"
        bones[f"c_{side}Foot_ik"].name = f"c_foot_ik.{side[0]}"
    return armature


def auto_rig_pro_name(joint: str, control: bool) -> str:
    side = "left" if joint.startswith("left") else "right" if joint.startswith("right") else ""
    part, mark = joint.removeprefix(side), side[:1] or "x"
    if part in AUTO_RIG_PRO:
        plain, fk = AUTO_RIG_PRO[part]
        return f"c_{fk}.{mark}" if control else f"{plain}.{mark}"
    finger = next(f for f in ("Thumb", "Index", "Middle", "Ring") if part.startswith(f))
    segments = ("Metacarpal", "Proximal", "Distal")
    if finger != "Thumb":
        segments = ("Proximal", "Intermediate", "Distal")
    number = segments.index(part.removeprefix(finger)) + 1
    return f"{'c_' if control else ''}{finger.lower()}{number}.{mark}"


AUTO_RIG_PRO = {
    "hips": ("root", "root"), "spine": ("spine_01", "spine_01"), "chest": ("spine_02", "spine_02"),
    "upperChest": ("spine_03", "spine_03"), "neck": ("neck", "neck"), "head": ("head", "head"),
    "Shoulder": ("shoulder", "shoulder"), "UpperArm": ("arm_stretch", "arm_fk"),
    "LowerArm": ("forearm_stretch", "forearm_fk"), "Hand": ("hand", "hand_fk"),
    "UpperLeg": ("thigh_stretch", "thigh_fk"), "LowerLeg": ("leg_stretch", "leg_fk"),
    "Foot": ("foot", "foot_fk"), "Toes": ("toes_01", "toes_fk"),
}  # fmt: skip


def rigify() -> bpy.types.Object:
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    armature = bpy.context.object
    armature.name = "rigify"
    armature.pose.bones["hand_ik.L"].location = (0.1, 0.2, 0.1)
    return armature


def override() -> bpy.types.Object:
    """A library override of an armature that is linked from another file."""
    armature = build("override", A_POSE)
    path = str(Path(sys.argv[2]).with_name("library.blend"))
    bpy.data.libraries.write(path, {armature})
    bpy.data.objects.remove(armature)
    with bpy.data.libraries.load(path, link=True) as (_, linked):
        linked.objects = ["override"]
    armature: bpy.types.Object = linked.objects[0]
    bpy.context.scene.collection.objects.link(armature)
    return armature.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)


def ik_legs() -> bpy.types.Object:
    """A simple rig whose legs hang on IK targets, without any FK controls."""
    armature = build("ik_legs", A_POSE)
    with editing(armature) as bones:
        for side in ("left", "right"):
            add(bones, f"{side} foot target", f"{side}Foot", None)
    for side in ("left", "right"):
        copy(armature, f"{side}LowerLeg", f"{side} foot target", "IK").chain_count = 2
        armature.pose.bones[f"{side} foot target"].location = (0.0, 0.1, 0.05)
    return armature


def limited() -> bpy.types.Object:
    armature = build("limited", A_POSE)
    limit = armature.pose.bones["leftLowerArm"].constraints.new("LIMIT_ROTATION")
    limit.use_limit_x, limit.min_x, limit.max_x = True, -np.pi, np.pi
    return armature


def fixed_fingers() -> bpy.types.Object:
    """One finger is locked, one driven; an eye tracks something."""
    armature = build("fixed_fingers", A_POSE)
    armature.pose.bones["leftLittleDistal"].lock_rotation = (True, True, True)
    finger = armature.pose.bones["rightThumbDistal"]
    drive(armature, finger, "rotation_quaternion", "location.x", 1)
    target = bpy.data.objects.new("target", None)
    bpy.context.scene.collection.objects.link(target)
    target.location = (0, -3, 1.5)
    look = armature.pose.bones["leftEye"].constraints.new("DAMPED_TRACK")
    look.target = target
    return armature


def locked_arm() -> bpy.types.Object:
    armature = build("locked_arm", A_POSE)
    armature.pose.bones["leftUpperArm"].lock_rotation = (True, True, True)
    return armature


def driven_head() -> bpy.types.Object:
    armature = build("driven_head", A_POSE)
    drive(armature, armature.pose.bones["head"], "rotation_quaternion", "location.x", 0)
    return armature


def tracked_spine() -> bpy.types.Object:
    armature = build("tracked_spine", A_POSE)
    copy(armature, "spine", "leftHand", "DAMPED_TRACK").name = "Look there"
    return armature


def resting_only() -> bpy.types.Object:
    armature = build("resting_only", A_POSE)
    armature.data.pose_position = "REST"
    return armature


def linked() -> bpy.types.Object:
    with bpy.data.libraries.load(str(Path(sys.argv[2]).with_name("library.blend")), link=True) as (
        _,
        library,
    ):
        library.objects = ["override"]
    return library.objects[0]


RIGS = (
    a_pose, odd_rest, placed, stretched, y_up, facing_minus_x, many_bones, few_bones, loose,
    connected_hips, posed_by_hand, two_trunks, animated, controls, auto_rig_pro, rigify, override,
    ik_legs, limited, fixed_fingers,
)  # fmt: skip
REFUSED = (locked_arm, driven_head, tracked_spine, resting_only, linked)


def state(armature: bpy.types.Object) -> list[object]:
    """All that probing might leave changed."""
    data = armature.animation_data
    played = [data.action, data.use_nla, getattr(data, "action_slot", None)] if data else []
    pose = [
        [list(bone.location), list(bone.rotation_quaternion), list(bone.rotation_euler),
         list(bone.rotation_axis_angle), list(bone.scale), bone.rotation_mode,
         {key: value for key, value in bone.items() if isinstance(value, (int, float))},
         [(c.name, c.mute, c.influence) for c in bone.constraints]]
        for bone in armature.pose.bones
    ]  # fmt: skip
    return [*played, pose, len(bpy.data.scenes), len(bpy.data.actions), armature.hide_viewport]


RIGIFY_JOINTS = {
    "UpperArm": "DEF-upper_arm", "LowerArm": "DEF-forearm", "Hand": "DEF-hand",
    "UpperLeg": "DEF-thigh", "LowerLeg": "DEF-shin", "Foot": "DEF-foot",
    **{
        finger + segment: f"DEF-{bone}.0{k + 1}"
        for finger, bone in (
            ("Index", "f_index"), ("Middle", "f_middle"), ("Ring", "f_ring"),
            ("Little", "f_pinky"))
        for k, segment in enumerate(("Proximal", "Intermediate", "Distal"))
    },
    **{f"Thumb{s}": f"DEF-thumb.0{k + 1}" for k, s in enumerate(
        ("Metacarpal", "Proximal", "Distal"))},
}  # fmt: skip


def joints_of(armature: bpy.types.Object) -> dict[str, str]:
    if armature.name == "rigify":
        return {
            side + joint: f"{bone}.{side[0].upper()}"
            for side in ("left", "right")
            for joint, bone in RIGIFY_JOINTS.items()
        } | {"hips": "DEF-spine", "head": "DEF-spine.006"}
    if armature.name == "auto_rig_pro":
        return {name: auto_rig_pro_name(name, control=False) for name in CONTROLLED}
    return {name: name for name in HUMANOID.names if name in armature.pose.bones}


def turn_of(armature: bpy.types.Object, pose: bpy.types.PoseBone) -> Matrix:
    """How far a bone is turned away from its rest, in the world."""
    rest = armature.data.bones[pose.name].matrix_local
    place = armature.matrix_world.to_quaternion().to_matrix()
    now, then = (place @ matrix.to_quaternion().to_matrix() for matrix in (pose.matrix, rest))
    return now @ then.transposed()


def main() -> None:
    clip = read_clip(Path(sys.argv[1]))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    results: dict[str, np.ndarray] = {}
    told: dict[str, list[str] | str] = {}
    for make in RIGS:
        armature = make()
        bpy.context.view_layer.update()
        before = state(armature)
        avatar = avatar_of({armature}, armature.name)
        if state(armature) != before:
            told[f"{make.__name__} changed"] = "by looking at it"
        perform_clip(clip, avatar, clip.fps, armature.name, manner=PLAIN)
        joints, places, turns = joints_of(armature), [], []
        for frame in range(clip.frames):
            scene.frame_set(frame + 1)
            evaluated = armature.evaluated_get(bpy.context.view_layer.depsgraph)
            world, bones = evaluated.matrix_world, evaluated.pose.bones
            places.append([world @ bones[bone].head for bone in joints.values()])
            turns.append([turn_of(armature, bones[joints[joint]]) for joint in ("hips", "head")])
        name = make.__name__
        results[f"{name} turns"] = np.array(turns)
        results[f"{name} places"], results[f"{name} names"] = (
            np.array(places),
            np.array(list(joints)),
        )
        results[f"{name} facing"] = avatar.world_facing()
        told[name] = list(avatar.remarks)
    for make in REFUSED:
        armature = make()
        bpy.context.view_layer.update()
        before = state(armature)
        try:
            avatar_of({armature}, armature.name)
            told[make.__name__] = ""
        except UserError as error:
            told[make.__name__] = str(error)
        assert state(armature) == before, make.__name__
    np.savez(sys.argv[2], **results)
    print("\n" + json.dumps(told), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
