"""The folder of Postgres's Unix socket: short enough for the address of a socket, and closed to other users."""

import contextlib
import hashlib
import os
import re
import socket
import stat
import sys
import tempfile
from pathlib import Path

# The kernel's field for an address, without the byte that ends it.
_LONGEST_ADDRESS = 107 if sys.platform == "linux" else 103
# Postgres and its clients take several folders and hosts, separated by commas; and some file systems hold any bytes.
_PLAIN = re.compile(r"[A-Za-z0-9/._+-]+")
_SOCKETS = ".s.PGSQL."
_LONGEST_NAME = f"{_SOCKETS}65535"


class SocketFolder:
    """The folder of one server's socket: the server's own, or a short one among temporary files if that will not do.

    While the data directory is locked nobody else uses it. The name of a temporary one stays the same, so that a start
    finds what a crash has left, and follows from a secret, so that no other user takes it first.
    """

    def __init__(self, home: Path, secret: str) -> None:
        self._home = home
        name = f"evalserve-{hashlib.sha256(os.fsencode(f'{home} {secret}')).hexdigest()[:16]}"
        self._temporary = [Path(parent, name) for parent in (tempfile.gettempdir(), "/tmp")]  # noqa: S108 -- short
        self.path: Path | None = None

    def prepare(self) -> None:
        """Make the folder, and remove what a crash has left in it.

        The first call chooses it; the path is None where none will do.
        """
        candidates = [self.path] if self.path else [self._home, *self._temporary]
        self.path = next(filter(_holds_sockets, candidates), self.path)

    def remove(self) -> None:
        """Remove the folder if it is a temporary one."""
        if self.path in self._temporary:
            with contextlib.suppress(OSError):
                _clear(self.path)
                self.path.rmdir()


def _holds_sockets(folder: Path) -> bool:
    """Return whether the folder, which is made, can hold a socket and no other user gets at it."""
    address = folder / _LONGEST_NAME
    if len(os.fsencode(address)) > _LONGEST_ADDRESS or not _PLAIN.fullmatch(str(address)):
        return False
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _is_private(folder):
            return False
        _clear(folder)
        # Folders that a virtual machine or Windows shares often take no sockets.
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(address))
        address.unlink()
    except OSError:
        return False
    return True


def _is_private(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _clear(folder: Path) -> None:
    # A lock beside a socket names a process, which is another one by now if a crash has left it.
    for path in folder.glob(f"{_SOCKETS}*"):
        path.unlink()
