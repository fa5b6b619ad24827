"""COCO's compressed run lengths: text of 6 bits a character, each length as the difference to the one before last.

Source: cocodataset/cocoapi, common/maskApi.c, rleToString and rleFrString.
"""

from collections.abc import Iterable

_FIRST, _LAST = 48, 111
_DATA, _SIGN, _MORE = 0x1F, 0x10, 0x20

# 64 bits hold every length that an image can have; longer digits are an attack or an accident.
_MAX_CHARACTERS = 13


class InvalidRunLengths(ValueError):
    """The text is not made of COCO's compressed run lengths."""


def compress(counts: Iterable[int]) -> str:
    """The run lengths as text."""
    text = bytearray()
    former: list[int] = []
    for number, count in enumerate(counts):
        value = count - former[-2] if number > 2 else count  # noqa: PLR2004 -- so has the format
        former = [*former[-1:], count]
        more = True
        while more:
            digit = value & _DATA
            value >>= 5
            more = value != (-1 if digit & _SIGN else 0)
            text.append(_FIRST + (digit | _MORE if more else digit))
    return text.decode()


def decompress(text: str) -> list[int]:
    """The run lengths that the text holds, which may be negative; raises InvalidRunLengths."""
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character)
        if not _FIRST <= code <= _LAST:
            raise InvalidRunLengths(f"{character!r} does not occur in compressed run lengths")
        digit = code - _FIRST
        value |= (digit & _DATA) << shift
        shift += 5
        if digit & _MORE:
            if shift >= 5 * _MAX_CHARACTERS:
                raise InvalidRunLengths("a run length is too long")
            continue
        if digit & _SIGN:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)  # noqa: PLR2004 -- so has the format
        value = shift = 0
    if shift:
        raise InvalidRunLengths("the text ends within a run length")
    return counts
