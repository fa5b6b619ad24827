"""Encryption of stored answers, because some hold keys and secrets that are stored nowhere else."""

import os
import zlib
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kit.keyring import Keyring

_NONCE_BYTES = 12

# Answers are JSON; more effort makes them hardly smaller.
_COMPRESSION = 1


class StoredAnswer(NamedTuple):
    """An HTTP answer: its status, the headers to repeat, its body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def encrypt(keyring: Keyring, account_id: int, key: str, answer: StoredAnswer) -> bytes:
    """Encrypt an answer; it can be decrypted only for this account and key."""
    nonce = os.urandom(_NONCE_BYTES)
    text = zlib.compress(msgspec.msgpack.encode(answer), _COMPRESSION)
    return nonce + AESGCM(keyring.derive(*_purpose(account_id))).encrypt(nonce, text, key.encode())


def decrypt(keyring: Keyring, account_id: int, key: str, encrypted: bytes) -> StoredAnswer | None:
    """Decrypt an answer; None if it was encrypted under a SECRET_KEY that is no longer configured."""
    for secret in keyring.candidates(*_purpose(account_id)):
        try:
            text = AESGCM(secret).decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], key.encode())
        except InvalidTag:
            continue
        return msgspec.msgpack.decode(zlib.decompress(text), type=StoredAnswer)
    return None


def _purpose(account_id: int) -> tuple[str, str, int]:
    return "idempotency", str(account_id), 1
