"""Decoding as a child process does it: bytes in, bytes out."""

import msgspec
from msgspec import Struct

from shared.pictures.decoding import Picture, decode
from shared.pictures.errors import InvalidPicture, PictureRefused, PictureTooCostly, PictureTooLarge
from shared.pictures.limits import PictureLimits

_ERRORS = {error.__name__: error for error in (InvalidPicture, PictureTooLarge, PictureTooCostly)}


class Examination(Struct, frozen=True):
    """The outcome of decoding: a picture, or the name and detail of the error."""

    picture: Picture | None = None
    error: str = ""
    detail: str = ""


def examine(limits: bytes, body: bytes) -> bytes:
    """Decode a picture within the limits, which are JSON; return the outcome for `result`."""
    try:
        outcome = Examination(decode(body, msgspec.json.decode(limits, type=PictureLimits)))
    except PictureRefused as error:
        outcome = Examination(error=type(error).__name__, detail=error.detail)
    return msgspec.json.encode(outcome)


def result(answer: bytes) -> Picture:
    """Return the picture of an outcome, or raise its error."""
    outcome = msgspec.json.decode(answer, type=Examination)
    if outcome.picture is None:
        raise _ERRORS[outcome.error](outcome.detail)
    return outcome.picture
