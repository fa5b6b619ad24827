"""Runs Postgres, which refuses to run as root, when the stack runs as root."""

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
    """A way to start a program without root's rights, and the owner of its files (None: the present user)."""

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
        # Postgres checks with access() whether it may run its own binary, which drops the capability of an
        # unprivileged user unless this bit is set.
        "--securebits=+no_setuid_fixup",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
    ),
    _NOBODY,
)


@cache
def identity() -> Identity:
    """Return the first identity that this machine allows."""
    if os.geteuid() != 0:
        return ORDINARY_USER
    for option in (NAMESPACE, NOBODY):
        if _works(option):
            return option
    raise CannotStart(
        "Postgres refuses to run as root, and neither unshare nor setpriv works here to lower its rights. "
        "Run make as an ordinary user, or set DATABASE_URL to a Postgres of your own."
    )


def give_to(owner: int | None, folder: Path, *, chown: Callable[[Path, int, int], None] = os.lchown) -> None:
    """Make the folder and all in it belong to that user, if it does not yet."""
    if owner is None or folder.stat().st_uid == owner:
        return
    for path in [*folder.rglob("*"), folder]:  # the folder itself last: its owner marks the change as complete
        chown(path, owner, owner)


def _works(option: Identity) -> bool:
    try:
        return subprocess.run([*option.prefix, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
