"""Signatures of webhook messages: Standard Webhooks v1."""

import base64
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

# A dot would let one signed text be read as two different messages.
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]+")


def sign(message_id: str, timestamp: int | datetime, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """Return the three headers by which a receiver verifies the message, one signature per secret.

    The timestamp is that of this attempt: seconds since 1970, or an aware datetime. While a secret is rotated, give
    the new one and the former ones. Source: Standard Webhooks 1.0.0, symmetric signatures.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"a message id consists of letters, digits, _ and -: {message_id!r}")
    if not secrets or not all(secrets):
        raise ValueError("a message is signed with at least one secret, and no secret is empty")
    seconds = _whole_seconds(timestamp)
    message = f"{message_id}.{seconds}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{_base64(_mac(secret, message))}" for secret in secrets),
    }


def secret_text(raw: bytes) -> str:
    """Return the secret as users see it and as receivers' libraries take it."""
    return "whsec_" + _base64(raw)


def _whole_seconds(timestamp: int | datetime) -> int:
    if isinstance(timestamp, int):
        return timestamp
    if timestamp.tzinfo is None:
        raise ValueError("a timestamp without a time zone does not say when it was")
    return int(timestamp.timestamp())


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, sha256)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
