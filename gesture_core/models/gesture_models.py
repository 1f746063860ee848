"""All networks that generate gestures, by the name that a checkpoint gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from gesture_core.config import config_from_dict, config_to_dict
from gesture_core.errors import UserError
from gesture_core.models.conditions import Conditions
from gesture_core.models.flow import FlowConfig, FlowGenerator
from gesture_core.models.gesture_gan import GestureGenerator, GestureModelConfig, UnitEncoder
from gesture_core.models.seq2seq import Seq2SeqConfig, Seq2SeqGenerator
from gesture_core.models.trimodal import TrimodalConfig, TrimodalGenerator


class Generator(Protocol):
    """What every generator has: sizes, perhaps an encoder of units, and a way to sample."""

    config: Any
    unit: UnitEncoder | None

    def sample(self, told: Conditions, random: torch.Generator) -> Tensor:
        """Motion codes (B, T, motion)."""
        ...


MODELS: dict[str, tuple[type, type]] = {
    "adversarial": (GestureModelConfig, GestureGenerator),
    "seq2seq": (Seq2SeqConfig, Seq2SeqGenerator),
    "trimodal": (TrimodalConfig, TrimodalGenerator),
    "flow": (FlowConfig, FlowGenerator),
}
"""Configuration and network by name."""


def build_model(details: Mapping[str, Any]) -> torch.nn.Module:
    """The network, not yet trained, that `model_to_details` described."""
    sizes = dict(details)
    name = sizes.pop("name", None)
    if name not in MODELS:
        raise UserError(f"unknown gesture model {name!r}; one of {', '.join(MODELS)}")
    config, network = MODELS[name]
    return network(config_from_dict(config, sizes, "checkpoint"))


def model_to_details(network: Generator) -> dict[str, Any]:
    """Name and sizes of a network, as its checkpoint keeps them."""
    name = next(name for name, (_, cls) in MODELS.items() if isinstance(network, cls))
    return {"name": name, **config_to_dict(network.config)}
