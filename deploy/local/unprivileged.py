"""Running Postgres, which refuses to be root, when root is who runs the stack."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.local.errors import CannotStart

_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Identity:
    """How to start a program so that it is not root, and whom its files must belong to (None: whoever we are)."""

    prefix: tuple[str, ...]
    owner: int | None


ORDINARY_USER = Identity((), None)
# Inside a user namespace of its own the program sees another user id than 0, yet owns root's files: no account is
# made, no permission of any folder is changed.
NAMESPACE = Identity(("unshare", "--user", "--map-user=1000", "--map-group=1000"), 0)
# Where containers forbid new namespaces: the user "nobody", who may still pass through root's private folders
# (the virtual environment and the data directory often lie in one).
NOBODY = Identity(
    (
        "setpriv",
        f"--reuid={_NOBODY}",
        f"--regid={_NOBODY}",
        "--clear-groups",
        # Postgres asks the kernel whether it may run its own binary, and that question drops the capability
        # of whoever is not root, unless told not to.
        "--securebits=+no_setuid_fixup",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
    ),
    _NOBODY,
)


@cache
def identity() -> Identity:
    """The first way that this machine allows."""
    if os.geteuid() != 0:
        return ORDINARY_USER
    for way in (NAMESPACE, NOBODY):
        if _works(way):
            return way
    raise CannotStart(
        "Postgres refuses to run as root, and neither unshare nor setpriv works here to lower its rights. "
        "Run make as an ordinary user, or set DATABASE_URL to a Postgres of your own."
    )


def give_to(owner: int | None, folder: Path, *, chown: Callable[[Path, int, int], None] = os.lchown) -> None:
    """Make the folder and all in it belong to that user, if it does not yet."""
    if owner is None or folder.stat().st_uid == owner:
        return
    for path in [*folder.rglob("*"), folder]:  # the folder itself last: it tells that all is done
        chown(path, owner, owner)


def _works(way: Identity) -> bool:
    try:
        return subprocess.run([*way.prefix, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
