"""One number for a set of weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import torch


def weights_hash(tensors: Mapping[str, torch.Tensor]) -> str:
    """Hex SHA-256 over the tensors in the order of their names.

    Each contributes one JSON line [name, dtype, shape] and then its bytes, row-major, little-endian.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        plain = tensor.detach().cpu().contiguous()
        head = [name, str(plain.dtype).removeprefix("torch."), list(plain.shape)]
        digest.update(json.dumps(head).encode() + b"\n")
        digest.update(plain.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
