"""An engine process for tests: started as users start it, awaited by its address file, never left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 120


class Engine:
    """A running `omni-engine serve`; `address` is where."""

    def __init__(self, folder: Path, listen: str, *options: str, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.address_file = folder / "address.json"
        command = [sys.executable, "-m", "omni_engine", "serve", "--listen", listen, "--threads", "1"]
        self.log = (folder / "stderr").open("w")
        self.process = subprocess.Popen(
            [*command, "--address-file", str(self.address_file), "--no-judge", *options],
            stderr=self.log,
            env=os.environ | (environment or {}),
        )

    def wait(self) -> Engine:
        """Until it serves."""
        deadline = time.monotonic() + START_S
        while not self.address_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the engine did not start: {(self.folder / 'stderr').read_text()}")
            time.sleep(0.05)
        self.address = str(json.loads(self.address_file.read_text())["address"])
        return self

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self.log.close()


@contextmanager
def engine(
    folder: Path, *options: str, listen: str = "", environment: dict[str, str] | None = None
) -> Iterator[Engine]:
    """An engine on a Unix socket in a folder of its own (a socket's path must be short), or on `listen`."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="oe-") as private:
        running = Engine(folder, listen or f"unix:{private}/e.sock", *options, environment=environment)
        try:
            yield running.wait()
        finally:
            if running.process.poll() is None:
                running.end(signal.SIGKILL)
