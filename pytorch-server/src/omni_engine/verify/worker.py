"""A verify worker: ``python -m omni_engine.verify.worker`` runs the function ``handle`` of a module, one job at a time.

Started by the control plane's pool it finds its orders in the variable OMNI_WORKER; the pool keeps deadline and memory with
SIGKILL. Started by hand (``--connect``) it joins a control plane elsewhere; a job past its deadline ends the process then, so
let something start it again.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import faulthandler
import importlib
import importlib.util
import json
import os
import signal
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq

from omni_engine.verify.wire import MAX_FRAME_BYTES, Job, frames, read, read_job

Handler = Callable[[Any], Any]
PULSE_S = 1.0
_PR_SET_PDEATHSIG = 1


class Worker:
    """One DEALER line to a control plane, and the handler that answers what comes over it."""

    def __init__(self, socket: zmq.Socket, kind: str, handle: Handler, token: str = "", ends_itself: bool = False):
        self._socket = socket
        self._kind = kind
        self._handle = handle
        self._token = token
        self._ends_itself = ends_itself
        self.ending = False
        self.refusal: str | None = None

    def run(self) -> None:
        """Answers jobs until the control plane refuses this worker, or ``ending`` is set; a lost one is waited for."""
        self._hello()
        pulse_at = time.monotonic() + PULSE_S
        while not self.ending and self.refusal is None:
            if self._socket.poll(max(0, int((pulse_at - time.monotonic()) * 1000))):
                self._receive()
            if time.monotonic() >= pulse_at:
                self._send(b"P", {})
                pulse_at = time.monotonic() + PULSE_S
        self._send(b"B", {})

    def _receive(self) -> None:
        message = read(self._socket.recv_multipart())
        if message is None:
            return
        letter, body = message
        if letter == b"Q":
            self._hello()
        elif letter == b"R":
            self.refusal = str(body.get("reason", "refused"))
        elif letter == b"B" and self._token:
            self.ending = True
        elif letter == b"J":
            job = read_job(body)
            if job is not None:
                self._answer(job)

    def _answer(self, job: Job) -> None:
        if self._ends_itself:
            # A thread of C: it needs neither the interpreter's lock nor the handler's consent.
            faulthandler.dump_traceback_later(job.deadline_ms / 1000, exit=True)
        try:
            if job.kind != self._kind:
                raise ValueError(f"this worker does {self._kind}, not {job.kind}")
            parts = frames(b"A", {"id": job.id, "ok": True, "value": self._handle(job.input)})
        except MemoryError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:1000]
            parts = frames(b"A", {"id": job.id, "ok": False, "kind": "failed", "reason": reason})
        finally:
            if self._ends_itself:
                faulthandler.cancel_dump_traceback_later()
        self._put(parts)

    def _hello(self) -> None:
        self._send(b"H", {"token": self._token, "kinds": [self._kind], "slots": 1})

    def _send(self, letter: bytes, body: dict[str, Any]) -> None:
        self._put(frames(letter, body))

    def _put(self, parts: list[bytes]) -> None:
        # Where nobody is connected the job is another's by now.
        with contextlib.suppress(zmq.Again):
            self._socket.send_multipart(parts, flags=zmq.DONTWAIT)


def load_handler(module: str) -> Handler:
    """The function ``handle`` of a module, by its name or its file (``*.py``). Raises TypeError where there is none."""
    if module.endswith(".py"):
        spec = importlib.util.spec_from_file_location("omni_handler", module)
        if spec is None or spec.loader is None:
            raise TypeError(f"{module} cannot be loaded")
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
    else:
        loaded = importlib.import_module(module)
    handle = getattr(loaded, "handle", None)
    if not callable(handle):
        raise TypeError(f"{module} has no function handle")
    return handle


def read_keys(file: Path) -> tuple[bytes, bytes, bytes]:
    """Public, secret and the server's key of a worker's key file. Raises ValueError with the remedy."""
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ValueError(f"{file}: others can read this key file; run: chmod 600 {file}")
    keys = json.loads(file.read_text())
    try:
        return keys["publicKey"].encode(), keys["secretKey"].encode(), keys["serverKey"].encode()
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file}: this is no key file of a worker; make one with: omni worker keygen") from error


def _connect(context: zmq.Context, address: str, keys: tuple[bytes, bytes, bytes] | None) -> zmq.Socket:
    socket = context.socket(zmq.DEALER)
    settings = {zmq.LINGER: 200, zmq.MAXMSGSIZE: MAX_FRAME_BYTES, zmq.RECONNECT_IVL: 100, zmq.RECONNECT_IVL_MAX: 5000}
    for option, value in {**settings, zmq.HEARTBEAT_IVL: 2000, zmq.HEARTBEAT_TIMEOUT: 6000}.items():
        socket.setsockopt(option, value)
    if keys is not None:
        socket.curve_publickey, socket.curve_secretkey, socket.curve_serverkey = keys
    socket.connect(address)
    return socket


def _end_with_parent(parent_pid: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def _serve_pool(orders: dict[str, Any]) -> int:
    _end_with_parent(orders["parentPid"])
    handle = load_handler(orders["module"])
    socket = _connect(zmq.Context(), orders["address"], None)
    Worker(socket, orders["kind"], handle, orders["token"]).run()
    return 0


def _serve_elsewhere(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m omni_engine.verify.worker", description=__doc__)
    parser.add_argument("--connect", required=True, metavar="ADDRESS", help="tcp://HOST:PORT, or ipc:///PATH")
    parser.add_argument("--key-file", type=Path, help="this worker's keys (omni worker keygen); required for tcp://")
    parser.add_argument("--kind", required=True, help="the kind of jobs, as the control plane names it")
    parser.add_argument("--module", required=True, help="module with the function handle")
    flags = parser.parse_args(argv)
    if flags.connect.startswith("tcp://") and flags.key_file is None:
        parser.error("TCP needs keys; give --key-file (made by: omni worker keygen)")
    try:
        keys = None if flags.key_file is None else read_keys(flags.key_file)
        handle = load_handler(flags.module)
    except (OSError, ValueError, TypeError, ImportError) as error:
        parser.error(str(error))
    worker = Worker(_connect(zmq.Context(), flags.connect, keys), flags.kind, handle, ends_itself=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(worker, "ending", True))
    worker.run()
    if worker.refusal is None:
        return 0
    print(f"error: {flags.connect} refuses this worker: {worker.refusal}", file=sys.stderr)
    return 2


def main() -> int:
    """Serves the pool that started this process, or, by flags, a control plane elsewhere."""
    orders = os.environ.pop("OMNI_WORKER", None)
    return _serve_elsewhere(sys.argv[1:]) if orders is None else _serve_pool(json.loads(orders))


if __name__ == "__main__":
    sys.exit(main())
