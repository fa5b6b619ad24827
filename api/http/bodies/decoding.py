"""Decoding JSON, with the position of every fault."""

from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from api.http.bodies.decode_errors import invalid
from shared.kit.errors import Fault, InvalidInput

T = TypeVar("T")

_NUL = rb"\u0000"


def decode(raw: Raw | bytes, kind: type[T], pointer: str = "", *, before: int = 0) -> T:
    """Decode a part of a body; raises InvalidInput with the position of the fault.

    Of a list that comes in pieces, `before` elements came before this one.
    """
    if holds_nul(raw):
        raise InvalidInput(Fault(pointer, f"{pointer.strip('/') or 'body'}: must not contain the NUL character."))
    try:
        decoded: T = _decoder(kind).decode(raw)  # type: ignore[arg-type] # types are hashable
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error, pointer, kind, before=before) from error
    return decoded


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    # Made anew for every body, that of a union of Structs would take a hundred times as long as it takes to decode.
    return msgspec.json.Decoder(kind)


def holds_nul(raw: Raw | bytes) -> bool:
    r"""Return True if JSON holds the character NUL, which Postgres cannot store; `\\u0000` is text, not NUL."""
    text = bytes(raw)
    # A pair of backslashes is one in the text; a replacement of the same length keeps its neighbours apart.
    return _NUL in text and _NUL in text.replace(rb"\\", b"..")
