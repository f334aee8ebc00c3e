"""Where to listen, and what must be in place before it is safe to."""

from __future__ import annotations

import ipaddress
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path


class SetupError(Exception):
    """The server cannot start as asked: one line with the remedy."""


@dataclass(frozen=True)
class Address:
    """Either a Unix socket or host and port (0: any free one)."""

    socket_path: Path | None = None
    host: str = ""
    port: int = 0

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.socket_path or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    def target(self, port: int = 0) -> str:
        """What gRPC binds to and clients are told; `port` is the bound one."""
        return f"unix:{self.socket_path}" if self.socket_path else f"{self.host}:{port or self.port}"


def parse_address(text: str) -> Address:
    """`unix:/path/engine.sock` or `host:port`. Raises SetupError."""
    if text.startswith("unix:"):
        path = Path(text.removeprefix("unix:"))
        if not path.is_absolute():
            raise SetupError(f"--listen {text}: the socket's path must be absolute")
        if len(os.fsencode(path)) > 107:
            raise SetupError(f"--listen {text}: a socket's path has at most 107 bytes; use a shorter folder")
        return Address(socket_path=path)
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise SetupError(f"--listen {text}: give unix:/path/engine.sock or host:port")
    return Address(host=host, port=int(port))


def prepare_socket(path: Path) -> None:
    """Makes the socket's folder private to this user and removes a socket that nobody serves. Raises SetupError."""
    folder = path.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.stat()
    except OSError as cause:
        raise SetupError(f"--listen unix:{path}: cannot make the folder {folder} ({cause.strerror})") from cause
    if stat.S_IMODE(facts.st_mode) & 0o077 or facts.st_uid != os.getuid():
        raise SetupError(f"--listen unix:{path}: {folder} is open to others; run: chmod 700 {folder} (and own it)")
    if path.exists():
        if not path.is_socket():
            raise SetupError(f"--listen unix:{path}: there is a file of that name; remove it or choose another")
        if _is_served(path):
            raise SetupError(f"--listen unix:{path}: another engine serves there; stop it or choose another socket")
        path.unlink()


def _is_served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(path)) == 0
