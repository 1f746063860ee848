"""Linear blend skinning of a character in the bind pose, for draping cloth and for checks."""

from collections.abc import Mapping

import numpy as np

from gesture_core.avatar.basemesh import Floats
from gesture_core.avatar.rig import Rig


def aim(rig: Rig, bone: str, child: str, direction: Floats) -> Floats:
    """Rotation matrix (3, 3) that swings a bone of the bind pose towards a direction."""
    start = rig.head(child) - rig.head(bone)
    start /= np.linalg.norm(start)
    end = direction / np.linalg.norm(direction)
    cross = np.cross(start, end)
    skew = np.array([[0, -cross[2], cross[1]], [cross[2], 0, -cross[0]], [-cross[1], cross[0], 0]])
    return np.eye(3) + skew + skew @ skew / (1 + start @ end)


def bone_motions(rig: Rig, turns: Mapping[str, Floats]) -> Floats:
    """World motion (B, 4, 4) of every bone; a turn (3, 3) is in bind-pose world axes and is
    carried along by the parents' turns."""
    motions = np.tile(np.eye(4), (len(rig.names), 1, 1))
    for index, (name, parent) in enumerate(zip(rig.names, rig.parents, strict=True)):
        local = np.eye(4)
        if name in turns:
            local[:3, :3] = turns[name]
            local[:3, 3] = rig.heads[index] - turns[name] @ rig.heads[index]
        motions[index] = local if parent < 0 else motions[parent] @ local
    return motions


def vertex_motions(weights: Floats, motions: Floats) -> Floats:
    """Blended motion (N, 4, 4) of each vertex."""
    return np.einsum("nb,bij->nij", weights, motions)


def move(positions: Floats, motions: Floats) -> Floats:
    """Apply (N, 4, 4) to points (N, 3)."""
    return np.einsum("nij,nj->ni", motions[:, :3, :3], positions) + motions[:, :3, 3]


def move_back(positions: Floats, motions: Floats) -> Floats:
    """Undo `move`."""
    back = np.linalg.inv(motions[:, :3, :3])
    return np.einsum("nij,nj->ni", back, positions - motions[:, :3, 3])
