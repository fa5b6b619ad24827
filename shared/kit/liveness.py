"""The liveness of a background process: a file that its loop touches, and whose age a probe looks at.

A probe that asked the process would need Redis, and an outage of Redis would restart every worker.
"""

from pathlib import Path

# Probes wait for several of these, so that a loop may be busy for a while.
INTERVAL_S = 5.0


class LivenessFile:
    """The file that is touched; without a path, none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def touch(self) -> None:
        """Record that the loop turns."""
        if self._path is not None:
            self._path.touch()
