"""The processes of one training run, on one machine or several, as `torchrun` starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Processes:
    """`size` processes of which this is `number`; alone by default, and then nothing is shared."""

    number: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes files and reports progress."""
        return self.number == 0

    def wait(self) -> None:
        """Wait until every process is here."""
        if self.size > 1:
            import torch.distributed as distributed

            distributed.barrier()

    def share(self, network: nn.Module) -> None:
        """Give every process the weights of the first."""
        if self.size > 1:
            import torch.distributed as distributed

            for tensor in network.state_dict().values():
                distributed.broadcast(tensor, src=0)

    def average_gradients(self, network: nn.Module) -> None:
        """Replace all gradients by their mean over the processes, in one exchange."""
        if self.size > 1:
            import torch
            import torch.distributed as distributed

            gradients = [p.grad for p in network.parameters() if p.grad is not None]
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            distributed.all_reduce(flat)
            flat /= self.size
            parts = flat.split([gradient.numel() for gradient in gradients])
            for gradient, part in zip(gradients, parts, strict=True):
                gradient.copy_(part.view_as(gradient))


@contextmanager
def processes(device: str) -> Iterator[Processes]:
    """The processes that `torchrun` has started, joined for the block; else this one alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Processes()
        return
    import torch
    import torch.distributed as distributed

    gpu = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    distributed.init_process_group("nccl" if gpu else "gloo")
    if gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    try:
        yield Processes(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()
