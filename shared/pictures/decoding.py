"""Decoding of pictures: nothing that the bytes claim is trusted before they are decoded."""

import struct
import zlib
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from shared.pictures import headers
from shared.pictures.errors import InvalidPicture
from shared.pictures.limits import PictureLimits

# The limit of pixels is a setting, checked before decoding; the library's own limit only warns.
Image.MAX_IMAGE_PIXELS = None

# Accepted formats by the library's name, with their media types. Browsers show all of these, and none can hold script,
# as SVG can. Many phones write MPO: a JPEG with further pictures behind it, which no viewer shows. TIFF is left out: no
# browser shows it, and its decoder has the largest attack surface of all.
FORMATS = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
}

# The decoder of JPEG detects an MPO by itself.
_OPENERS = [name for name in FORMATS if name != "MPO"]

# Errors of the library for bytes that are no picture: its plugins do not convert the errors of their parsing.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    NotImplementedError,
    struct.error,
    zlib.error,
)

_ORIENTATION = 0x0112
_UPRIGHT = 1
# From here on the EXIF orientations are rotated by a quarter turn.
_FIRST_SIDEWAYS = 5
_LAST_ORIENTATION = 8


class Picture(NamedTuple):
    """The properties of a decoded picture; width and height are in pixels, with its orientation applied."""

    content_type: str
    width: int
    height: int
    orientation: int


def decode(body: bytes, limits: PictureLimits) -> Picture:
    """Decode the whole picture; raises InvalidPicture, PictureTooLarge or PictureTooCostly with what to change."""
    headers.check(body, limits)
    try:
        with Image.open(BytesIO(body), formats=_OPENERS) as image:
            return _examine(image, limits)
    except UNREADABLE as error:
        raise InvalidPicture from error


def _examine(image: Image.Image, limits: PictureLimits) -> Picture:
    width, height = image.size
    limits.check_size(width, height)
    image.load()
    orientation = _orientation(image)
    if orientation >= _FIRST_SIDEWAYS:
        width, height = height, width
    return Picture(FORMATS[image.format or ""], width, height, orientation)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, _UPRIGHT)
    except UNREADABLE:
        # The pixels are valid, so broken EXIF data is no reason to refuse them.
        return _UPRIGHT
    return value if isinstance(value, int) and _UPRIGHT <= value <= _LAST_ORIENTATION else _UPRIGHT
