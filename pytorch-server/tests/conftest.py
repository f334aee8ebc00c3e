"""One engine with nano serves most tests; each takes a model id of its own."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from client import Client, dial
from running import Engine, engine

# Tests share two cores with much else, and tiny models gain nothing from a second thread.
torch.set_num_threads(1)
_numbers = itertools.count()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    (folder / "models").mkdir()
    options = ("--checkpoint-root", str(folder / "checkpoints"), "--model-root", str(folder / "models"))
    with engine(folder, *options) as running:
        yield running


@pytest.fixture(scope="session")
def client(served: Engine) -> Client:
    return dial(served.address)


@pytest.fixture
def model_id(client: Client) -> Iterator[str]:
    """A fresh nano."""
    name = f"m{next(_numbers)}"
    client.load(name)
    yield name
    client.unload(name)


@pytest.fixture
def checkpoint_root(served: Engine) -> Path:
    return served.folder / "checkpoints"
