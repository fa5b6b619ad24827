"""The chunks of a PNG: how many there are, and how large those are that hold no pixels.

Source: W3C, Portable Network Graphics (Third Edition), sections 5 and 11.
"""

from struct import error, unpack_from

from shared.pictures.errors import InvalidPicture, PictureTooCostly
from shared.pictures.limits import PictureLimits

# A decoder holds such a chunk as a whole, and unpacks some; colour profiles and remarks of cameras are smaller.
MAX_CHUNK_BYTES = 16 * 2**20

_SIGNATURE, _FRAME = 8, 12
_PIXELS = frozenset({b"IDAT", b"fdAT"})


def check(body: bytes, limits: PictureLimits) -> None:
    """Raise InvalidPicture, PictureTooLarge or PictureTooCostly by the chunks of a PNG."""
    chunks, position = 0, _SIGNATURE
    while position < len(body):
        try:
            size, kind = unpack_from(">I4s", body, position)
            if kind == b"IHDR":
                limits.check_size(*unpack_from(">II", body, position + 8))
            if kind == b"acTL" and (frames := unpack_from(">I", body, position + 8)[0]) > 1:
                raise InvalidPicture(f"The image is an animation of {frames} frames; send each as a separate image.")
        except error:
            return
        if kind == b"IEND":
            return
        if kind not in _PIXELS and size > MAX_CHUNK_BYTES:
            detail = f"The PNG has a chunk of {size:,} bytes without pixels; the maximum is {MAX_CHUNK_BYTES:,}."
            raise PictureTooCostly(detail)
        chunks += 1
        limits.check_parts(chunks)
        position += _FRAME + size
