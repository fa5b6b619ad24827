"""The account of the demo: found again by what the first demo wrote down."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import evalserve

_ONLY_OWNER = 0o600


@dataclass(frozen=True, slots=True)
class Account:
    """An account, and the password to sign in with in the browser."""

    email: str
    password: str = field(repr=False)
    key: str = field(repr=False)


def open_account(url: str, data_dir: Path) -> Account:
    """Sign in to the demo account of a service, or create it with a random password.

    The data directory of `make run` keeps the password, so that it goes with the accounts.
    """
    notes = data_dir / "demo.json"
    known = _read(notes)
    if (login := known.get(url)) is not None and (account := _sign_in(url, *login)) is not None:
        return account
    email, password = f"demo-{secrets.token_hex(3)}@example.com", secrets.token_urlsafe(9)
    account = Account(email, password, evalserve.sign_up(url, email, password))
    _write(notes, known | {url: (email, password)})
    return account


def _sign_in(url: str, email: str, password: str) -> Account | None:
    try:
        return Account(email, password, evalserve.sign_in(url, email, password))
    except evalserve.NotPermitted:
        # The data of the service were deleted since.
        return None


def _read(notes: Path) -> dict[str, tuple[str, str]]:
    try:
        return {url: (email, password) for url, (email, password) in json.loads(notes.read_text()).items()}
    except FileNotFoundError:
        return {}


def _write(notes: Path, logins: dict[str, tuple[str, str]]) -> None:
    notes.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = notes.with_suffix(".new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER), "w") as file:
        json.dump(logins, file)
    partial.replace(notes)
