"""What a picture's headers announce, held against the limits before a decoder sees the bytes.

Nothing is decoded or copied here. Damage is none of these checks' business: they end where the structure does, and the
decoder refuses the rest.
"""

from collections.abc import Callable

from shared.pictures import gif, jpeg, png, webp
from shared.pictures.limits import PictureLimits

_CHECKS: dict[bytes, Callable[[bytes, PictureLimits], None]] = {
    b"\xff\xd8": jpeg.check,
    b"\x89PNG\r\n\x1a\n": png.check,
    b"GIF8": gif.check,
    b"RIFF": webp.check,
}


def check(body: bytes, limits: PictureLimits) -> None:
    """Raise InvalidPicture for an animation, and PictureTooLarge or PictureTooCostly for what exceeds the limits.

    The formats without an entry have a single header, which the decoder reads before any pixel.
    """
    for signature, check_format in _CHECKS.items():
        if body.startswith(signature):
            check_format(body, limits)
