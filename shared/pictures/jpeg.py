"""The segments of a JPEG: its scans are counted, each of which is a pass over all pixels.

Source: ITU-T T.81, annex B.
"""

import re
from struct import error, unpack_from

from shared.pictures.limits import PictureLimits

# Within compressed pixels a byte of 255 is followed by a nought, or by the number of a restart; before a marker there
# may be more of them.
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")

_END, _SCAN = 0xD9, 0xDA
# Markers that begin a frame, with its size: all of this row but those of tables (C4, C8, CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, 0xD8})


def check(body: bytes, limits: PictureLimits) -> None:
    """Raise PictureTooLarge or PictureTooCostly by the segments of a JPEG."""
    segments, scans, width, height, position = 0, 0, 0, 0, 2
    while match := _MARKER.search(body, position):
        marker, position = match[1][0], match.end()
        # Pictures behind the end are not decoded.
        if marker == _END:
            return
        segments += 1
        limits.check_parts(segments)
        if marker in _WITHOUT_LENGTH:
            continue
        try:
            (length,) = unpack_from(">H", body, position)
            if marker in _FRAMES:
                height, width = unpack_from(">HH", body, position + 3)
                limits.check_size(width, height)
        except error:
            return
        if marker == _SCAN:
            scans += 1
            limits.check_scans(scans, width, height)
        position += length
