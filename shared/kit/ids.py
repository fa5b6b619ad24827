"""Identifiers made by the program."""

import os
import time
from datetime import datetime
from uuid import UUID

import msgspec

from shared.kit.errors import DomainError

# A UUID in its canonical form, 8-4-4-4-12 digits.
_LENGTH = 36


def uuid7() -> UUID:
    """Return a time-ordered UUID (RFC 9562, version 7), so that new rows share the right edge of an index."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def first_uuid7(moment: datetime) -> UUID:
    """Return the smallest time-ordered UUID of a moment: every id that was made before is smaller."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)


def parse_uuid(text: str) -> UUID | None:
    """Parse a UUID in its canonical form; None for any other text."""
    if len(text) != _LENGTH:
        return None
    # The decoder takes a fifth of the time of the standard library, which lets braces and prefixes through as well.
    try:
        return msgspec.convert(text, UUID)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None


def known_uuid(text: str, unknown: type[DomainError]) -> UUID:
    """Parse a UUID; raises `unknown` for a text that is not one, as nothing can have it as its id."""
    if (value := parse_uuid(text)) is None:
        raise unknown
    return value
