"""One set of weights out of several; knows nothing of gRPC or disks."""

from omni_engine.merge.ties import merge_ties

__all__ = ["merge_ties"]
