"""Keeps the C heap (glibc's; elsewhere nothing is done) from holding on to what tensors have given back."""

from __future__ import annotations

import ctypes

# Tensors above this get pages of their own, which go back to the system when they are freed. glibc's own bound grows up to
# 32 MB with what is freed, and the heaps then fill with holes: 1.7 GB after a few updates of a model of 0.5 GB.
MAPPED_FROM_BYTES = 2**20

_M_MMAP_THRESHOLD = -3
_libc = ctypes.CDLL(None)


def map_large_tensors() -> None:
    """Sets that bound for this process."""
    if hasattr(_libc, "mallopt"):
        _libc.mallopt(_M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)


def trim_heap() -> None:
    """Returns freed pages to the system."""
    if hasattr(_libc, "malloc_trim"):
        _libc.malloc_trim(0)
