"""Signatures of callbacks: the sender proves that it holds a secret, before a byte of the body is parsed.

There are three schemes. Two are those of existing clients, HMAC-SHA256 in hexadecimal over the body as it is sent
(Node.js), or over CPython's canonical JSON of it (Python); neither signs the timestamp. The third does, and is the one
to use: `sha256=` and the HMAC over the timestamp, a dot and the body.
"""

import hmac
import json
import re
import time
from collections.abc import Collection, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from shared.analyses.errors import InvalidSignature, MissingSignature, StaleSignature

# How far the sender's clock may be off; older messages may be replays.
WINDOW_S = 300

# A body has to be parsed to be brought into canonical form, and until then anybody may have sent it. This holds tens of
# thousands of annotations; larger bodies have to be signed as they are.
MAX_CANONICAL_BYTES = 8 * 2**20

_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_PREFIX = "sha256="


class Scheme(StrEnum):
    """The text that a signature covers."""

    TIMESTAMPED = "timestamped"
    RAW = "raw"
    CANONICAL = "canonical"


class CallbackSignature(NamedTuple):
    """The values of the two headers: enough to refuse most unsigned requests before their bodies are read."""

    digest: str
    timestamp: str
    schemes: tuple[Scheme, ...]


def read_signature(signature: str | None, timestamp: str | None, *, now: float | None = None) -> CallbackSignature:
    """Parse the two headers of a callback; raises MissingSignature, StaleSignature or InvalidSignature."""
    if not signature or not timestamp:
        raise MissingSignature
    _check_time(timestamp, time.time() if now is None else now)
    digest = signature.removeprefix(_PREFIX).lower()
    if not _HEXADECIMAL.fullmatch(digest):
        raise InvalidSignature
    is_timestamped = signature.startswith(_PREFIX)
    return CallbackSignature(
        digest, timestamp, (Scheme.TIMESTAMPED,) if is_timestamped else (Scheme.RAW, Scheme.CANONICAL)
    )


def verify(signature: CallbackSignature, body: bytes, secrets: Sequence[bytes], schemes: Collection[Scheme]) -> None:
    """Check that one of the secrets signed the body under one of the schemes; raises InvalidSignature.

    A comparison takes the same time wherever two signatures differ.
    """
    for scheme in signature.schemes:
        if scheme in schemes and _is_signed(_text(scheme, signature, body), signature.digest, secrets):
            return
    raise InvalidSignature


def sign(body: bytes, secret: bytes, timestamp: int) -> str:
    """Return the timestamped signature of a body, as a pipeline computes it; the timestamp is in seconds."""
    return _PREFIX + _hexadecimal(f"{timestamp}.".encode() + body, secret)


def canonical_json(body: bytes) -> bytes | None:
    """Return the body as CPython writes it with sorted keys, compact and in ASCII; None if it has no such form.

    It has none if it is not JSON in UTF-8, too large or nested too deeply, or ambiguous: a duplicate name, NaN.
    """
    if len(body) > MAX_CANONICAL_BYTES:
        return None
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_refuse)
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None


def _check_time(timestamp: str, now: float) -> None:
    if not _SECONDS.fullmatch(timestamp):
        raise StaleSignature("X-ML-Timestamp must be the number of seconds since 1970-01-01T00:00:00Z.")
    if abs(now - int(timestamp)) > WINDOW_S:
        raise StaleSignature


def _text(scheme: Scheme, signature: CallbackSignature, body: bytes) -> bytes | None:
    match scheme:
        case Scheme.TIMESTAMPED:
            return f"{signature.timestamp}.".encode() + body
        case Scheme.RAW:
            return body
        case Scheme.CANONICAL:
            return canonical_json(body)


def _is_signed(text: bytes | None, digest: str, secrets: Sequence[bytes]) -> bool:
    if text is None:
        return False
    # Every secret is tried, so the time does not reveal the matching one.
    matches = [hmac.compare_digest(_hexadecimal(text, secret), digest) for secret in secrets]
    return any(matches)


def _hexadecimal(text: bytes, secret: bytes) -> str:
    return hmac.digest(secret, text, sha256).hex()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
