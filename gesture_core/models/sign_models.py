"""All networks that sign, by the name that a configuration and a checkpoint give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor, nn

from gesture_core.config import config_from_dict, config_to_dict
from gesture_core.errors import UserError
from gesture_core.models.sign_tacotron import SignTacotron, SignTacotronConfig
from gesture_core.models.sign_transformer import SignTransformer, SignTransformerConfig
from gesture_core.models.signed import Made, Signed, Told


class SignModel(Protocol):
    """What every network that signs can do."""

    config: Any

    def __call__(self, told: Told, frames: Tensor, counter: Tensor) -> Made:
        """What follows true frames (B, T, K) with their counter (B, T), at every place."""
        ...

    def sign(self, told: Told, most: int) -> Signed:
        """At most `most` frames, made freely: own start, own counter, own end."""
        ...


SIGN_MODELS: dict[str, tuple[type, type[nn.Module]]] = {
    "transformer": (SignTransformerConfig, SignTransformer),
    "tacotron": (SignTacotronConfig, SignTacotron),
}
"""Configuration and network by name."""


def build_sign_model(details: Mapping[str, Any]) -> nn.Module:
    """The network, not yet trained, that `sign_model_to_details` described."""
    sizes = dict(details)
    name = sizes.pop("name", None)
    if name not in SIGN_MODELS:
        raise UserError(f"unknown sign model {name!r}; one of {', '.join(SIGN_MODELS)}")
    config, network = SIGN_MODELS[name]
    return network(config_from_dict(config, sizes, "checkpoint"))


def sign_model_to_details(network: SignModel) -> dict[str, Any]:
    """Name and sizes of a network, as its checkpoint keeps them."""
    name = next(name for name, (_, cls) in SIGN_MODELS.items() if isinstance(network, cls))
    return {"name": name, **config_to_dict(network.config)}
