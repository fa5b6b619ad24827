"""Pictures: bytes that are really decoded before anybody relies on what they say of themselves."""

import struct
import zlib
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from shared.projects.errors import ImageTooLarge, InvalidImage

# The cap on pixels is a setting, checked before any is decoded; the library's own only warns at a size of its own.
Image.MAX_IMAGE_PIXELS = None

# What is taken, by the library's name, and how it is called on the web. Browsers show all of these, and none of them
# can hold script: no SVG. An MPO is what many phones write: a JPEG with further pictures behind it, which nobody sees.
# TIFF is left out: no browser shows it, and its decoder is the largest surface of all.
FORMATS = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
}

# The decoder of JPEG finds out by itself that it has an MPO.
_OPENERS = [name for name in FORMATS if name != "MPO"]

# What the library raises for bytes that are no picture: its plugins let through whatever their parsing runs into.
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
# From here on the EXIF orientations stand on their side.
_FIRST_SIDEWAYS = 5
_LAST_ORIENTATION = 8


class Picture(NamedTuple):
    """What decoding found out; width and height are those of the picture turned as its orientation asks for."""

    content_type: str
    width: int
    height: int
    orientation: int


def decode(body: bytes, *, max_pixels: int) -> Picture:
    """Decode the whole picture; raises InvalidImage or ImageTooLarge with a sentence that says what to change."""
    try:
        with Image.open(BytesIO(body), formats=_OPENERS) as image:
            return _examine(image, max_pixels)
    except UNREADABLE as error:
        raise InvalidImage from error


def _examine(image: Image.Image, max_pixels: int) -> Picture:
    width, height = image.size
    if width * height > max_pixels:
        raise ImageTooLarge(f"The image has {width} x {height} pixels; the maximum is {max_pixels:,}.")
    if image.format != "MPO" and (frames := getattr(image, "n_frames", 1)) > 1:
        raise InvalidImage(f"The image is an animation of {frames} frames; send each frame as a separate image.")
    image.load()
    orientation = _orientation(image)
    if orientation >= _FIRST_SIDEWAYS:
        width, height = height, width
    return Picture(FORMATS[image.format or ""], width, height, orientation)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, _UPRIGHT)
    except UNREADABLE:
        # The pixels are sound, so broken remarks about them are no reason to refuse them.
        return _UPRIGHT
    return value if isinstance(value, int) and _UPRIGHT <= value <= _LAST_ORIENTATION else _UPRIGHT
