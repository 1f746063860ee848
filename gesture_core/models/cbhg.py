"""CBHG: a bank of convolutions, highway layers and a bidirectional GRU over a sequence.

Our own implementation after Wang et al., "Tacotron: Towards End-to-End Speech Synthesis",
Interspeech 2017. Layers normalise every step by itself, not the batch, so that padding and the
other sentences of a batch change nothing.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class PreNet(nn.Module):
    """Two layers with much dropout, which keep a decoder from leaning on the frame before."""

    def __init__(self, values: int, size: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Linear(values, 2 * size), nn.ReLU(), nn.Dropout(dropout)),
            *(nn.Linear(2 * size, size), nn.ReLU(), nn.Dropout(dropout)),
        )

    def forward(self, values: Tensor) -> Tensor:
        return self.layers(values)


class CBHG(nn.Module):
    """Sequences (B, T, size) → (B, T, size); what is beyond a sequence's end is neither heard
    nor made.
    """

    def __init__(self, size: int, bank: int, highways: int = 4) -> None:
        super().__init__()
        self.bank = nn.ModuleList(_Convolution(size, size, width) for width in range(1, bank + 1))
        self.down = _Convolution(bank * size, size, 3)
        self.project = nn.Conv1d(size, size, 3, padding=1)
        self.highways = nn.ModuleList(nn.Linear(size, 2 * size) for _ in range(highways))
        self.gru = nn.GRU(size, size // 2, batch_first=True, bidirectional=True)

    def forward(self, flow: Tensor, real: Tensor) -> Tensor:
        """`real` (B, T): which steps there are; every sequence has one at least."""
        there = real[:, None].float()
        wide = flow.transpose(1, 2) * there
        bank = torch.cat([layer(wide) for layer in self.bank], dim=1) * there
        pooled = F.max_pool1d(F.pad(bank, (1, 0)), 2, stride=1) * there
        flow = flow + self.project(self.down(pooled) * there).transpose(1, 2)
        for layer in self.highways:
            made, gate = layer(flow).chunk(2, dim=-1)
            gate = gate.sigmoid()
            flow = gate * made.relu() + (1.0 - gate) * flow
        lengths = real.sum(dim=1).cpu()
        packed = pack_padded_sequence(flow, lengths, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(
            self.gru(packed)[0], batch_first=True, total_length=flow.shape[1]
        )[0]


class _Convolution(nn.Module):
    """A convolution that keeps the length, ReLU and normalisation over its channels."""

    def __init__(self, incoming: int, outgoing: int, width: int) -> None:
        super().__init__()
        self.around = ((width - 1) // 2, width // 2)
        self.layer = nn.Conv1d(incoming, outgoing, width)
        self.norm = nn.LayerNorm(outgoing)

    def forward(self, flow: Tensor) -> Tensor:
        made = self.layer(F.pad(flow, self.around)).relu()
        return self.norm(made.transpose(1, 2)).transpose(1, 2)
