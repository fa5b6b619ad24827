"""Ranges of bytes (RFC 9110, section 14), by which interrupted downloads go on."""

import re
from typing import NamedTuple

_ONE_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})")


class ByteRange(NamedTuple):
    """Some bytes of a file, from the first to the last."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """The number of bytes."""
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The file has no byte of the range that was requested."""


def requested_range(header: str | None, if_range: str | None, etag: str, size_bytes: int) -> ByteRange | None:
    """Return the range that a request asks for; None for the whole file. Raises Unsatisfiable.

    Several ranges, other units and what cannot be read are passed over, as the standard allows; so is a range of a
    file that has changed since.
    """
    match = _ONE_RANGE.fullmatch(header.strip()) if header else None
    if match is None or (if_range is not None and if_range != etag):
        return None
    first, last = match["first"], match["last"]
    if not first and not last:
        return None
    found = (
        ByteRange(int(first), min(int(last or size_bytes), size_bytes - 1))
        if first
        else ByteRange(max(0, size_bytes - int(last)), size_bytes - 1)
    )
    if first and last and int(last) < int(first):
        return None
    if found.first > found.last:
        raise Unsatisfiable
    return found
