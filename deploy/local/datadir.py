"""The data directory: its lock, its logs, and the ports of the last run."""

import fcntl
import json
import os
import time
from pathlib import Path

from deploy.local.errors import CannotStart

_LOCK_PATIENCE_S = 2.0


class DataDir:
    """One stack's directory on disk; used by one stack at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.logs = self.path / "logs"
        self._lock: int | None = None

    @property
    def lock_descriptors(self) -> tuple[int, ...]:
        """The open lock, for every leash to inherit: the directory stays locked until the last of them has ended."""
        return () if self._lock is None else (self._lock,)

    def lock(self) -> None:
        """Claim the directory, making it if need be, or raise CannotStart."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotStart(
                f"The data directory {self.path} cannot be used ({error.strerror}). Choose another one with DATA_DIR."
            ) from error
        try:
            self._await_lock(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._lock = descriptor

    def _await_lock(self, descriptor: int) -> None:
        # The leashes of a run that was killed a moment ago hold the lock until their servers are gone.
        deadline = time.monotonic() + _LOCK_PATIENCE_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    holder = os.pread(descriptor, 20, 0).decode() or "unknown"
                    raise CannotStart(
                        f"The data directory {self.path} is in use by process {holder}. "
                        "Stop that one first, or choose another directory with DATA_DIR."
                    ) from None
                time.sleep(0.05)
            else:
                return

    def unlock(self) -> None:
        """Release the directory."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def recall_ports(self, server: str) -> list[int]:
        """Return the ports of the last run; links and configured clients stay valid when the server gets them again."""
        try:
            ports = json.loads((self.path / f"{server}.ports").read_text())
        except (OSError, ValueError):
            return []
        return ports if isinstance(ports, list) and all(type(port) is int for port in ports) else []

    def remember_ports(self, server: str, ports: list[int]) -> None:
        """Keep the ports for the next start."""
        (self.path / f"{server}.ports").write_text(json.dumps(ports))
