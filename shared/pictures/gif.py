"""The blocks of a GIF: a second frame makes it an animation.

Source: CompuServe, Graphics Interchange Format, version 89a.
"""

from shared.pictures.errors import InvalidPicture
from shared.pictures.limits import PictureLimits

_HEADER, _FLAGS = 13, 10
_FRAME, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_FRAME_BYTES, _FRAME_FLAGS, _CODE_SIZE = 10, 9, 1


def check(body: bytes, limits: PictureLimits) -> None:
    """Raise InvalidPicture for an animation, PictureTooCostly for too many blocks."""
    blocks = frames = 0
    try:
        position = _HEADER + _table(body[_FLAGS])
        while (kind := body[position]) != _END:
            blocks += 1
            limits.check_parts(blocks)
            if kind == _FRAME:
                frames += 1
                position += _FRAME_BYTES + _table(body[position + _FRAME_FLAGS]) + _CODE_SIZE
            elif kind == _EXTENSION:
                position += 2
            else:
                # A decoder passes over bytes between the blocks, one by one.
                position += 1
                continue
            position = _behind_pieces(body, position)
            _check_frames(frames)
    except IndexError:
        return


def _table(flags: int) -> int:
    """The size of the table of colours that a byte of flags announces."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _behind_pieces(body: bytes, position: int) -> int:
    while size := body[position]:
        position += size + 1
    return position + 1


def _check_frames(frames: int) -> None:
    if frames > 1:
        raise InvalidPicture("The image is an animation; send each frame as a separate image.")
