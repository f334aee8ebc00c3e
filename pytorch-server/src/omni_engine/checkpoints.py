"""Checkpoints on disk: a folder of safetensors and a manifest, whole or absent, never a pickle.

Each is written beside its place ("~…", which no name can be), fsynced, and swapped in by one rename.
"""

from __future__ import annotations

import ctypes
import errno
import itertools
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from omni_engine.checkpoint_name import resolve
from omni_engine.errors import EngineError
from omni_engine.weights_hash import weights_hash

MANIFEST, WEIGHTS, OPTIMIZER = "manifest.json", "weights.safetensors", "optimizer.safetensors"
PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}
_MARGIN_BYTES = 2**20
_counter = itertools.count()


class Manifest(BaseModel):
    """What a checkpoint says of itself."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal[1] = 1
    base: str
    seed: int
    weights_version: int = Field(ge=0)
    weights_hash: str
    optimizer: bool
    optimizer_steps: int = Field(ge=0)


@dataclass(frozen=True)
class Stored:
    """A checkpoint on disk; `bytes` counts all its files."""

    name: str
    manifest: Manifest
    bytes: int


@dataclass(frozen=True)
class Contents:
    """A checkpoint read into memory; `optimizer` is empty where it was saved without."""

    manifest: Manifest
    weights: dict[str, torch.Tensor]
    optimizer: dict[str, torch.Tensor]


class CheckpointFolder:
    """The checkpoints below one root. Raises EngineError path_refused for any name that is none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def save(
        self, name: str, manifest: Manifest, weights: Mapping[str, torch.Tensor], optimizer: Mapping[str, torch.Tensor]
    ) -> Stored:
        """Writes or replaces checkpoint `name`. Raises EngineError disk_full, with nothing left behind."""

        def write(folder: Path) -> None:
            save_file(dict(weights), folder / WEIGHTS)
            if manifest.optimizer:
                save_file(dict(optimizer), folder / OPTIMIZER)
            (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")

        target = self._place(name, MANIFEST)
        self._write(target, _bytes_of(weights) + _bytes_of(optimizer), write)
        return Stored(name, manifest, _size(target))

    def load(self, name: str) -> Contents:
        """Reads checkpoint `name`. Raises EngineError not_found, unsafe_checkpoint or weights_missing (damaged)."""
        folder = resolve(self._root, name)
        manifest = self._manifest(name, folder)
        try:
            weights = load_file(folder / WEIGHTS)
            optimizer = load_file(folder / OPTIMIZER) if manifest.optimizer else {}
        except (OSError, SafetensorError) as cause:
            raise EngineError(
                "weights_missing", f"checkpoint {name!r} cannot be read ({cause}); load another"
            ) from cause
        if weights_hash(weights) != manifest.weights_hash:
            raise EngineError(
                "weights_missing", f"checkpoint {name!r} is damaged: its weights hash differs; load another"
            )
        return Contents(manifest, weights, optimizer)

    def list(self, prefix: str) -> list[Stored]:
        """All checkpoints whose name starts with `prefix`, in the order of their names."""
        names = sorted(str(path.parent.relative_to(self._root)) for path in self._root.rglob(MANIFEST))
        chosen = [name for name in names if name.startswith(prefix) and not name.startswith("~")]
        return [Stored(name, self._manifest(name, self._root / name), _size(self._root / name)) for name in chosen]

    def delete(self, name: str) -> None:
        """Removes checkpoint or export `name`. Raises EngineError not_found."""
        folder = resolve(self._root, name)
        if not any((folder / file).is_file() for file in (MANIFEST, "config.json")):
            raise EngineError("not_found", f"no checkpoint {name!r}; List names those there are")
        gone = self._beside("gone")
        folder.rename(gone)
        shutil.rmtree(gone)

    def export(self, name: str, bytes_needed: int, write: Callable[[Path], None]) -> Path:
        """Writes or replaces the export folder `name` by `write`. Raises EngineError disk_full; path_refused where a
        checkpoint has that name.
        """
        target = self._place(name, "config.json")
        self._write(target, bytes_needed, write)
        return target

    def _place(self, name: str, marker: str) -> Path:
        """The folder for `name`, which is absent or of the same kind, and neither inside nor around another one."""
        target = resolve(self._root, name)
        inside = [parent for parent in target.parents if parent.is_relative_to(self._root) and _is_whole(parent)]
        if inside or (target.exists() and not (target / marker).is_file()):
            raise EngineError("path_refused", f"checkpoint name {name!r} is taken by something else; choose another")
        return target

    def _write(self, target: Path, bytes_needed: int, write: Callable[[Path], None]) -> None:
        part = self._beside("part")
        try:
            with _disk_errors(self._root):
                if shutil.disk_usage(self._root).free < bytes_needed + _MARGIN_BYTES:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                part.mkdir()
                write(part)
                for path in [*part.rglob("*"), part]:
                    _sync(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                _swap(part, target)
                _sync(target.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _manifest(self, name: str, folder: Path) -> Manifest:
        pickles = [path.name for path in folder.glob("*") if path.suffix in PICKLES]
        if pickles:
            raise EngineError(
                "unsafe_checkpoint",
                f"checkpoint {name!r} has the pickle file {pickles[0]}, which can run code; convert it to safetensors",
            )
        try:
            return Manifest.model_validate_json((folder / MANIFEST).read_text())
        except FileNotFoundError as cause:
            raise EngineError("not_found", f"no checkpoint {name!r}; List names those there are") from cause
        except (ValidationError, ValueError) as cause:
            raise EngineError(
                "weights_missing", f"checkpoint {name!r} has a damaged {MANIFEST}; load another"
            ) from cause

    def _beside(self, kind: str) -> Path:
        return self._root / f"~{kind}-{os.getpid()}-{next(_counter)}"

    def _sweep(self) -> None:
        """Removes what processes that are gone left half-written."""
        for path in self._root.glob("~*-*-*"):
            owner = path.name.split("-")[1]
            if owner.isdigit() and (int(owner) == os.getpid() or not Path(f"/proc/{owner}").exists()):
                shutil.rmtree(path, ignore_errors=True)


def _swap(part: Path, target: Path) -> None:
    """Puts `part` in the place of `target`; what was there is left at `part`. No moment has neither."""
    if not target.exists():
        part.rename(target)
        return
    at_cwd, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 and renameat2(at_cwd, os.fsencode(part), at_cwd, os.fsencode(target), exchange) == 0:
        return
    aside = part.with_name(f"{part.name}-old")  # not Linux, or a file system without exchange
    target.rename(aside)
    part.rename(target)
    aside.rename(part)


@contextmanager
def _disk_errors(root: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError) as cause:
        number = getattr(cause, "errno", None)
        if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or "os error 28" in str(cause):
            raise EngineError(
                "disk_full", f"no room left in {root}; delete checkpoints or give --checkpoint-root another disk"
            ) from cause
        raise EngineError("internal", f"cannot write to {root}: {cause}") from cause


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_whole(folder: Path) -> bool:
    return any((folder / file).is_file() for file in (MANIFEST, "config.json"))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _bytes_of(tensors: Mapping[str, torch.Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
