"""Signatures of pipelines: who sends a callback proves that they hold a secret, before a byte of it is parsed.

There are three schemes. Two are those of existing clients, HMAC-SHA256 in hexadecimal over the body as it is sent
(Node.js), or over CPython's canonical JSON of it (Python); neither binds the time. The third does, and is the one to
use: `sha256=` and the HMAC over the timestamp, a dot and the body.
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

# How far the sender's clock may be off; older messages may be somebody else's recordings.
WINDOW_S = 300

# A body has to be parsed to be brought into canonical form, and until then anybody may have sent it. This holds tens of
# thousands of annotations; who sends more signs the body as it is.
MAX_CANONICAL_BYTES = 8 * 2**20

_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_PREFIX = "sha256="


class Scheme(StrEnum):
    """What is signed."""

    TIMESTAMPED = "timestamped"
    RAW = "raw"
    CANONICAL = "canonical"


class CallbackSignature(NamedTuple):
    """What the two headers say: enough to refuse most of what is not signed, before its body is read."""

    digest: str
    timestamp: str
    schemes: tuple[Scheme, ...]


def read_signature(signature: str | None, timestamp: str | None, *, now: float | None = None) -> CallbackSignature:
    """The headers of a message that may be signed; raises MissingSignature, StaleSignature or InvalidSignature."""
    if not signature or not timestamp:
        raise MissingSignature
    _check_time(timestamp, time.time() if now is None else now)
    digest = signature.removeprefix(_PREFIX).lower()
    if not _HEXADECIMAL.fullmatch(digest):
        raise InvalidSignature
    is_timed = signature.startswith(_PREFIX)
    return CallbackSignature(digest, timestamp, (Scheme.TIMESTAMPED,) if is_timed else (Scheme.RAW, Scheme.CANONICAL))


def verify(signature: CallbackSignature, body: bytes, secrets: Sequence[bytes], schemes: Collection[Scheme]) -> None:
    """Return if one of the secrets signed the body in one of the forms; raises InvalidSignature.

    Comparing takes the same time wherever two signatures differ.
    """
    for scheme in signature.schemes:
        if scheme in schemes and _is_signed(_text(scheme, signature, body), signature.digest, secrets):
            return
    raise InvalidSignature


def sign(body: bytes, secret: bytes, timestamp: int) -> str:
    """The signature in the form that binds the time, as a pipeline makes it."""
    return _PREFIX + _hexadecimal(f"{timestamp}.".encode() + body, secret)


def canonical_json(body: bytes) -> bytes | None:
    """The body as CPython writes it with sorted keys, compact and in ASCII; None for what has no such form.

    That is what is not JSON in UTF-8, too large or nested too deeply, or ambiguous: a name that occurs twice, NaN.
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
    # Every secret is tried, so the time does not tell which one it was.
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
