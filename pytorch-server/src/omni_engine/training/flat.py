"""One buffer for all tensors of a kind.

What lives long lies apart from what lives for a moment: hundreds of gradients or moments strewn between activations would
leave the heap full of holes that nothing else fits.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch


class FlatTensors:
    """Zeros in the shapes of `like`: `views` in their order, into one buffer for each dtype and device among them."""

    def __init__(self, like: Sequence[torch.Tensor]) -> None:
        kinds = [(tensor.dtype, tensor.device) for tensor in like]
        self.buffers: list[torch.Tensor] = []
        parts: dict[int, torch.Tensor] = {}
        for kind in dict.fromkeys(kinds):
            members = [index for index, own in enumerate(kinds) if own == kind]
            sizes = [like[index].numel() for index in members]
            self.buffers.append(torch.zeros(sum(sizes), dtype=kind[0], device=kind[1]))
            parts |= dict(zip(members, self.buffers[-1].split(sizes), strict=True))
        self.views = [parts[index].view(tensor.shape) for index, tensor in enumerate(like)]
