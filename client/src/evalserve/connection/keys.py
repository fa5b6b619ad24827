"""API keys in the keyring of the operating system, where the package `keyring` is installed and has one."""

import contextlib
from importlib.util import find_spec
from typing import Any

_SERVICE = "evalserve"


def keep(url: str, api_key: str) -> bool:
    """Store the key of a service in the keyring; returns whether it is there now."""
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(_SERVICE, url, api_key)
        # keyring's `null` backend accepts everything and keeps nothing.
        return bool(keyring.get_password(_SERVICE, url) == api_key)
    except (keyring.errors.KeyringError, RuntimeError):
        return False


def find(url: str) -> str | None:
    """Return the key of a service; None where the keyring has none, cannot be opened, or is not there."""
    keyring = _keyring()
    if keyring is None:
        return None
    try:
        key: str | None = keyring.get_password(_SERVICE, url)
    except (keyring.errors.KeyringError, RuntimeError):
        return None
    return key


def remove(url: str) -> None:
    """Remove the key of a service from the keyring, if it has one."""
    keyring = _keyring()
    if keyring is None:
        return
    with contextlib.suppress(keyring.errors.KeyringError, RuntimeError):
        keyring.delete_password(_SERVICE, url)


def _keyring() -> Any:
    if not find_spec("keyring"):
        return None
    import keyring  # noqa: PLC0415 -- optional, and slow to load
    import keyring.errors  # noqa: PLC0415 -- the same

    return keyring
