"""Makes pictures for the tests."""

import io
from typing import Any

from PIL import Image


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """Make a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return encode(image, form, **options)


def encode(image: Image.Image, form: str, **options: Any) -> bytes:
    """Encode an image as a file."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def turned(orientation: int, form: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """Make a picture with an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(form, size, exif=exif)
