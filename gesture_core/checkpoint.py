"""Checkpoints: weights as safetensors, with the resolved configuration and data hash as JSON.

No pickle: a checkpoint from a stranger can hold numbers and text, but no code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

MAX_BYTES = 2 * 2**30
VERSION = 1
_KEY = "momjit"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Named tensors, and what else one must know: `kind` of model, `config`, `data` hash, …"""

    kind: str
    tensors: dict[str, Tensor]
    details: dict[str, Any]
    sha256: str = ""

    def part(self, prefix: str) -> dict[str, Tensor]:
        """Tensors whose name starts with `prefix.`, without it: the state of one module."""
        start = prefix + "."
        return {
            name.removeprefix(start): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(start)
        }


def save_checkpoint(
    path: Path,
    kind: str,
    tensors: Mapping[str, Tensor],
    details: Mapping[str, Any],
    *,
    force: bool = False,
) -> None:
    """Write a checkpoint whole or not at all; an existing one needs `force`."""
    from safetensors.torch import save_file

    header = {"version": VERSION, "kind": kind, "details": dict(details)}
    metadata = {_KEY: json.dumps(header, ensure_ascii=False, sort_keys=True)}
    with atomic_path(path, force=force) as temporary:
        whole = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
        save_file(whole, str(temporary), metadata=metadata)


def load_checkpoint(path: Path, kind: str) -> Checkpoint:
    """Read a checkpoint of one kind of model; `UserError` says why a file is none."""
    path = Path(path)
    header, tensors = _read(path, with_tensors=True)
    if header.get("version") != VERSION or header.get("kind") != kind:
        found = header.get("kind", "something else")
        raise UserError(f"{path} holds {found!r}, not a {kind!r} checkpoint of version {VERSION}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Checkpoint(kind, tensors, header["details"], digest)


def checkpoint_kind(path: Path) -> str:
    """What kind of model a checkpoint holds, "" where it does not say; `UserError` for no such."""
    return str(_read(Path(path), with_tensors=False)[0].get("kind", ""))


def _read(path: Path, *, with_tensors: bool) -> tuple[dict[str, Any], dict[str, Tensor]]:
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 2**30} GiB")
        with safe_open(str(path), framework="pt") as file:
            header = json.loads((file.metadata() or {}).get(_KEY, "{}"))
            names = file.keys() if with_tensors else ()  # noqa: SIM118
            return header, {name: file.get_tensor(name) for name in names}
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from error
    except (SafetensorError, ValueError) as error:
        raise UserError(f"{path} is not a checkpoint: {error}") from error
