"""API keys: `evs_<id><version>_<mac>`, derived from the id and version, so that none is stored.

A text that was not issued is refused without a query; the database only decides whether the key is still active.
"""

import hmac
import os
import re
from base64 import b32encode
from typing import NamedTuple

from shared.kit.keyring import Keyring

PURPOSE = "api-key"
FORM = re.compile(r"evs_([a-z2-7]{16})([1-9][0-9]{0,5})_([a-z2-7]{52})", re.ASCII)


class KeyClaim(NamedTuple):
    """The id and version that an authentic key carries."""

    id: str
    version: int
    # Whether a former SECRET_KEY derives this text.
    is_former: bool = False


def new_id() -> str:
    """Return a new key id: 16 characters, 80 random bits."""
    return _base32(os.urandom(10))


def write(keyring: Keyring, key_id: str, version: int) -> str:
    """Return the text of a key, to be shown to its owner."""
    return f"evs_{key_id}{version}_{_base32(keyring.derive(PURPOSE, key_id, version))}"


def read(keyring: Keyring, text: str) -> KeyClaim | None:
    """Return the claim of a key that this service issued, or None for any other text."""
    if not (form := FORM.fullmatch(text)):
        return None
    key_id, version, mac = form[1], int(form[2]), form[3]
    genuine = [_base32(secret) for secret in keyring.candidates(PURPOSE, key_id, version)]
    # Every candidate is compared, so that the time does not reveal which root signed.
    matches = [hmac.compare_digest(mac, candidate) for candidate in genuine]
    return KeyClaim(key_id, version, is_former=not matches[0]) if any(matches) else None


def _base32(value: bytes) -> str:
    return b32encode(value).decode().rstrip("=").lower()
