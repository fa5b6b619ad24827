"""The chunks of a WebP: its decoder reserves memory for the announced size before anything else.

Source: RFC 9649, section 2.
"""

from struct import error, unpack_from

from shared.pictures.errors import InvalidPicture
from shared.pictures.limits import PictureLimits

_HEADER, _CHUNK_HEADER = 12, 8


def check(body: bytes, limits: PictureLimits) -> None:
    """Raise InvalidPicture for an animation, PictureTooLarge or PictureTooCostly by the chunks of a WebP."""
    chunks = frames = 0
    position = _HEADER
    while position < len(body):
        try:
            kind, size = unpack_from("<4sI", body, position)
            _check_size(kind, body, position + _CHUNK_HEADER, limits)
        except error:
            return
        frames += kind == b"ANMF"
        if frames > 1:
            raise InvalidPicture("The image is an animation; send each frame as a separate image.")
        chunks += 1
        limits.check_parts(chunks)
        position += _CHUNK_HEADER + size + size % 2


def _check_size(kind: bytes, body: bytes, position: int, limits: PictureLimits) -> None:
    if kind == b"VP8X":
        low_width, high_width, low_height, high_height = unpack_from("<HBHB", body, position + 4)
        limits.check_size((high_width << 16 | low_width) + 1, (high_height << 16 | low_height) + 1)
    elif kind == b"VP8 ":
        width, height = unpack_from("<HH", body, position + 6)
        # The two highest bits ask a viewer to enlarge the picture.
        limits.check_size(width & 0x3FFF, height & 0x3FFF)
    elif kind == b"VP8L":
        (bits,) = unpack_from("<I", body, position + 1)
        limits.check_size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
