"""Tests share two cores with much else, and tiny models gain nothing from a second thread."""

import torch

torch.set_num_threads(1)
