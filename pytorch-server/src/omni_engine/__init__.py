"""The tensor server of omni-thinker: samples from and trains language models over gRPC."""

__version__ = "0.1.0"
