"""Tokens of forms: derived from the secret of a browser, and masked anew in each answer (ADR 32)."""

import hmac
import secrets

from shared.kit.keyring import Keyring

_PURPOSE = "web-form"
_BYTES = 32


def issue(keyring: Keyring, form_secret: str) -> str:
    """Return the token of a browser behind a new mask: 128 hexadecimal digits, first those of the mask."""
    mask = secrets.token_bytes(_BYTES)
    return (mask + _xor(mask, keyring.derive(_PURPOSE, form_secret, 1))).hex()


def is_valid(keyring: Keyring, form_secret: str, masked: str) -> bool:
    """Return whether a masked token is that of the browser; how long a comparison takes tells nothing."""
    try:
        sent = bytes.fromhex(masked)
    except ValueError:
        return False
    if len(sent) != 2 * _BYTES:
        return False
    token = _xor(sent[:_BYTES], sent[_BYTES:])
    return any(hmac.compare_digest(token, valid) for valid in keyring.candidates(_PURPOSE, form_secret, 1))


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
