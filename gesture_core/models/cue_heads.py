"""Heads on a sentence embedding: which speech act a sentence is, and which emotions it shows."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class CueHeadsConfig:
    """Sizes of the heads."""

    embedding: int
    """Numbers of a sentence embedding."""
    acts: int
    """Speech acts, of which a sentence is one."""
    emotions: int
    """Emotions, of which a sentence may show several."""
    endings: int = 2048
    """Buckets that the endings of sentences are hashed to."""
    hidden: int = 96


class CueHeads(nn.Module):
    """One hidden layer over the embedding and the hashed sentence ending."""

    def __init__(self, config: CueHeadsConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Linear(config.embedding, config.hidden)
        self.ending = nn.EmbeddingBag(config.endings, config.hidden, mode="sum")
        nn.init.normal_(self.ending.weight, std=0.02)
        self.out = nn.Linear(config.hidden, config.acts + config.emotions)
        self.dropout = nn.Dropout(dropout)

    def forward(self, vectors: Tensor, endings: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of acts (S, A) and emotions (S, M) from unit vectors (S, E), buckets (S, N)."""
        scaled = vectors * self.config.embedding**0.5
        hidden = self.dropout(self.embedding(self.dropout(scaled)) + self.ending(endings))
        logits = self.out(nn.functional.gelu(hidden))
        return logits[:, : self.config.acts], logits[:, self.config.acts :]


def probabilities(acts: Tensor, emotions: Tensor) -> Tensor:
    """Probabilities (S, A + M): one act, any number of emotions."""
    return torch.cat([acts.softmax(dim=1), emotions.sigmoid()], dim=1)
