"""Ends this process when the one that started it is gone, however that ended and whatever this one is doing."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

POLL_S = 0.5
_PR_SET_PDEATHSIG = 1


def follow(parent_pid: int, tidy: Callable[[], None]) -> None:
    """Watches `parent_pid` from a thread of its own; once it is gone: `tidy`, then os._exit, also in mid-generation.

    Where it is the direct parent, Linux sends SIGTERM at once as well.
    """
    direct = os.getppid() == parent_pid
    if direct and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    started = _start_time(parent_pid)

    def gone() -> bool:
        # A pid can be given to another process; then its start time differs.
        now = _start_time(parent_pid)
        return (direct and os.getppid() != parent_pid) or not _exists(parent_pid) or now != started or now == "gone"

    def watch() -> None:
        while not gone():
            time.sleep(POLL_S)
        print("omni-engine: the process that started it is gone; ending", file=sys.stderr, flush=True)
        try:
            tidy()
        finally:
            os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_time(pid: int) -> str:
    """Field 22 of /proc/PID/stat, "gone" for a zombie, "" where there is no /proc."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "gone" if fields[0] in "ZX" else fields[19]
