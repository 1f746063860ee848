"""Trying poses on an armature without anyone noticing: nothing of the scene stays changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import bpy
import numpy as np
from mathutils import Matrix

from ..compat import unanimated
from ..core.carrying import Shaken
from ..core.quaternion import Array, from_rotvec, normalize, to_matrix
from .still import set_value

CHANNELS = {
    "location": 3, "rotation_quaternion": 4, "rotation_euler": 3, "rotation_axis_angle": 4,
    "scale": 3,
}  # fmt: skip
Value = float | int | bool
"""Value of a property by which a rig is set to FK or to IK."""
WIDEST = 100
"""Greatest range of a property that looks like a switch: unlimited ones have millions."""
SHAKE = np.radians([4.0, 9.0])
"""Least and greatest turn of a shaken bone: small enough to stay clear of limits."""


class Trial:
    """An armature alone in a throw-away scene, without its animation; drivers and constraints
    act as always. `found`: values of the switches that were tried, as they were found."""

    def __init__(self, armature: bpy.types.Object, scene: bpy.types.Scene) -> None:
        self.armature = armature
        self.names = tuple(bone.name for bone in armature.pose.bones)
        self.index = {name: k for k, name in enumerate(self.names)}
        self._layer = scene.view_layers[0]
        self.found: dict[str, Value] = {}
        self._muted: list[bpy.types.Constraint] = []

    def poses(self) -> Array:
        """Matrices `(B, 4, 4)` of all bones in the armature's space, as they are now."""
        return self._read("matrix", 16).reshape(-1, 4, 4).transpose(0, 2, 1)

    def tails(self) -> Array:
        """Ends `(B, 3)` of all bones as they are now."""
        return self._read("tail", 3).reshape(-1, 3)

    def _read(self, name: str, width: int) -> Array:
        self.armature.update_tag()
        self._layer.update()
        bones = self.armature.evaluated_get(self._layer.depsgraph).pose.bones
        values = np.empty(width * len(bones), dtype=np.float32)
        bones.foreach_get(name, values)
        return values.astype(float)

    def turn(self, bones: Sequence[str], rotations: Array) -> None:
        """Give each bone its own rotation `(N, 3, 3)`; its location and scale stay."""
        for name, rotation in zip(bones, rotations, strict=True):
            bone = self.armature.pose.bones[name]
            location, scale = bone.location.copy(), bone.scale.copy()
            bone.matrix_basis = Matrix(rotation.tolist()).to_4x4()
            bone.location, bone.scale = location, scale

    def place(self, bone: str, location: Array) -> None:
        """Give a bone its own location `(3,)`."""
        self.armature.pose.bones[bone].location = location

    def switch(self, path: str, value: Value) -> None:
        """Set a property of the armature, by its data path."""
        self.found.setdefault(path, self.armature.path_resolve(path))
        set_value(self.armature, path, value)

    def extremes(self, path: str) -> tuple[Value, Value]:
        """The greatest and the least value of a custom property: 1 and 0 where it has no limits."""
        holder, _, key = path.rpartition("[")
        owner = self.armature.path_resolve(holder) if holder else self.armature
        kind, limits = type(owner[key[1:-2]]), owner.id_properties_ui(key[1:-2]).as_dict()
        least, most = limits.get("min", 0), limits.get("max", 1)
        bounded = most - least <= WIDEST
        return (kind(most), kind(least)) if bounded else (kind(1), kind(0))

    def mute_limits(self) -> None:
        """Let bones turn as far as they like: limits say nothing about how a rig is built."""
        for bone in self.armature.pose.bones:
            for constraint in bone.constraints:
                if constraint.type == "LIMIT_ROTATION" and not constraint.mute:
                    self._muted.append(constraint)
                    constraint.mute = True

    def restore(self) -> None:
        """Put back switches and constraints."""
        for path, value in self.found.items():
            set_value(self.armature, path, value)
        for constraint in self._muted:
            constraint.mute = False

    def shake(self, bones: Sequence[str], times: int = 2) -> Shaken:
        """Turn all `bones` at once, each about an axis of its own; they are left at rest."""
        rng = np.random.default_rng(len(bones))
        axes = normalize(rng.normal(size=(times, len(bones), 3)))
        angles = rng.uniform(*SHAKE, size=(times, len(bones), 1))
        own = to_matrix(from_rotvec(axes * angles))
        poses: list[Array] = []
        for rotations in (*own, np.tile(np.eye(3), (len(bones), 1, 1))):
            self.turn(bones, rotations)
            poses.append(self.poses())
        keyed = tuple(self.index[bone] for bone in bones)
        return Shaken(np.stack([poses[-1], *poses[:-1]]), keyed, own)

    def slide(self, bone: str, distance: float) -> Array:
        """Matrix `(3, 3)`: columns are where the bone's own location moves its head from rest.

        Nowhere when it is locked.
        """
        if all(self.armature.pose.bones[bone].lock_location):
            return np.zeros((3, 3))
        head = self.poses()[self.index[bone], :3, 3]
        columns: list[Array] = []
        for axis in np.eye(3):
            self.place(bone, axis * distance)
            columns.append((self.poses()[self.index[bone], :3, 3] - head) / distance)
        self.place(bone, np.zeros(3))
        return np.stack(columns, axis=-1)


@contextmanager
def trial(armature: bpy.types.Object) -> Iterator[Trial]:
    """Have the armature for a trial; afterwards its pose and animation are what they were."""
    bones = armature.pose.bones
    kept = {name: np.empty(width * len(bones), np.float32) for name, width in CHANNELS.items()}
    for name, values in kept.items():
        bones.foreach_get(name, values)
    hidden = armature.hide_viewport
    scene = bpy.data.scenes.new("momjit trial")
    try:
        scene.frame_current = bpy.context.scene.frame_current
        scene.collection.objects.link(armature)
        armature.hide_viewport = False
        with unanimated(armature):
            tried = Trial(armature, scene)
            try:
                yield tried
            finally:
                tried.restore()
                tried.poses()  # what drivers set follows
                for name, values in kept.items():
                    bones.foreach_set(name, values)
    finally:
        armature.hide_viewport = hidden
        bpy.data.scenes.remove(scene)
        armature.update_tag()
