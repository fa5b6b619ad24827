"""Large JSON in pieces: a decoder holds the interpreter for as long as it decodes, so it is given little at a time.

Only lists are cut: of plain values, of lists, and of objects. What lies between the cuts need not be JSON; the decoder
says.
"""

import json
import re
from dataclasses import dataclass
from typing import NamedTuple

from shared.kit.errors import Fault, InvalidInput

# Decoding so many bytes takes a few milliseconds.
PIECE_BYTES = 64 * 1024
# The probabilities of a thousand classes have 25 KiB, the labels of one sample 500 times 500 characters; the runs of a
# mask in a picture of 50 million pixels have a megabyte.
MAX_ELEMENT_BYTES = 32 * PIECE_BYTES
# More than any route has are a mistake, or meant to take memory.
MAX_MEMBERS = 1000

_SPACE = re.compile(rb"[ \t\r\n]*")
_NAME = re.compile(rb'("(?:[^"\\]|\\.){0,200}")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
# The start of a list of lists.
NESTED = re.compile(rb"\[[ \t\r\n]*\[")
_OBJECTS = re.compile(rb"\[[ \t\r\n]*\{")
# Possessive, so that each byte is looked at once. A text that is cut off matches nothing.
_TEXT = rb'"(?:[^"\\]++|\\.)*+"'
_FLAT_ELEMENT = rb'(?:[^"\[\],]++|' + _TEXT + rb")*+"
_NESTED_ELEMENT = rb"[ \t\r\n]*+\[" + rb'(?:[^"\[\]]++|' + _TEXT + rb")*+\][ \t\r\n]*+"
# Whole elements with their commas, and the last element with the bracket behind it.
_FLAT = re.compile(rb"(?:" + _FLAT_ELEMENT + rb",)*+", re.DOTALL), re.compile(_FLAT_ELEMENT + rb"\]", re.DOTALL)
_LISTS = re.compile(rb"(?:" + _NESTED_ELEMENT + rb",)*+", re.DOTALL), re.compile(_NESTED_ELEMENT + rb"\]", re.DOTALL)

# The brackets of objects, without those in texts; the quote of a text that is cut off stands alone.
_TOKENS = re.compile(_TEXT + rb'|[{}\[\]"]', re.DOTALL)

# The end of most pieces is found without looking at each element: at a comma with as many quotes before it as texts
# have. These are sure to be outside of numbers, and outside of lists.
_FLAT_COMMA, _LIST_COMMA = re.compile(rb","), re.compile(rb"\][ \t\r\n]*+,")
_END_OF_LISTS = re.compile(rb"\][ \t\r\n]*+\]")
_NEAR, _TRIED = 2048, 8

_json = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A large list: the text that it stands in, and where its pieces end, each before a comma or the last bracket."""

    text: memoryview
    start: int
    ends: list[int]

    def __len__(self) -> int:
        return self.ends[-1] + 1 - self.start

    @property
    def whole(self) -> memoryview:
        """The text of the list."""
        return self.text[self.start : self.ends[-1] + 1]

    def piece(self, number: int) -> bytes:
        """Return a piece as a list of its own."""
        start = self.ends[number - 1] if number else self.start
        return b"[" + self.text[start + 1 : self.ends[number]] + b"]"


class Split(NamedTuple):
    """An object with its small members, and its large ones by name; these are null in `text`."""

    text: bytes
    large: dict[str, Pieces]


def split(body: bytes) -> Split:
    """Split an object; raises InvalidInput for what is none, and for what is large and no list."""
    text = memoryview(body)
    position = _past(text, 0, b"{")
    parts: list[bytes] = []
    large: dict[str, Pieces] = {}
    while parts or _at(text, position) != b"}":
        name = _NAME.match(text, position)
        if name is None or len(parts) == MAX_MEMBERS:
            raise _unreadable()
        end = _small_end(text, name.end(), name[1])
        if end is None:
            pieces = _pieces(text, name.end())
            large[_json.decode(name[1].decode("utf-8", "replace"))] = pieces
            end, value = pieces.ends[-1] + 1, b"null"
        else:
            value = bytes(text[name.end() : end])
        parts.append(name[0] + value)
        position = _skip(text, end)
        if _at(text, position) == b"}":
            break
        position = _past(text, position, b",")
    if _skip(text, position + 1) < len(text):
        raise _unreadable()
    return Split(b"{" + b",".join(parts) + b"}", large)


def _small_end(text: memoryview, position: int, name: bytes) -> int | None:
    """Return where a value ends, None if it has more than a piece."""
    # One character for each byte; the brackets, commas and quotes of JSON are bytes of their own in UTF-8.
    window = str(text[position : position + PIECE_BYTES], "latin-1")
    try:
        return position + _json.raw_decode(window)[1]
    except (ValueError, RecursionError):
        if len(window) == PIECE_BYTES and window[0] in '{"':
            raise _too_large(name) from None
        if len(window) < PIECE_BYTES or window[0] != "[":
            raise _unreadable() from None
        return None


def _pieces(text: memoryview, start: int) -> Pieces:
    cut = _cut_flat
    if NESTED.match(text, start):
        cut = _cut_lists
    elif _OBJECTS.match(text, start):
        cut = _cut_objects
    ends: list[int] = []
    position, size = start + 1, PIECE_BYTES
    while position < len(text):
        stretch = bytes(text[position : position + size])
        end, is_last = cut(stretch)
        if end is not None:
            ends.append(position + end)
            if is_last:
                return Pieces(text, start, ends)
            position, size = position + end + 1, PIECE_BYTES
        elif size < MAX_ELEMENT_BYTES and len(stretch) == size:
            size *= 2
        else:
            raise _unreadable()
    raise _unreadable()


def _cut_flat(stretch: bytes) -> tuple[int | None, bool]:
    """Return where the last whole element ends, and whether the list ends there."""
    if b"]" not in stretch and (comma := _last_outside(stretch, _FLAT_COMMA)) is not None:
        return comma, False
    return _cut(stretch, *_FLAT)


def _cut_lists(stretch: bytes) -> tuple[int | None, bool]:
    if _END_OF_LISTS.search(stretch) is None and (comma := _last_outside(stretch, _LIST_COMMA)) is not None:
        return comma, False
    return _cut(stretch, *_LISTS)


def _cut_objects(stretch: bytes) -> tuple[int | None, bool]:
    depth, element_end, comma = 0, 0, None
    for token in _TOKENS.finditer(stretch):
        mark = token[0]
        if mark == b'"':
            break
        if depth == 0 and (found := stretch.find(b",", element_end, token.start())) >= 0:
            comma = found
        if mark in {b"{", b"["}:
            depth += 1
        elif mark in {b"}", b"]"}:
            if depth == 0:
                return token.start(), True
            depth -= 1
            element_end = token.end() if depth == 0 else element_end
    return comma, False


def _last_outside(stretch: bytes, comma: re.Pattern[bytes]) -> int | None:
    """Return the last of such commas that stands in no text, None if it is not among the last few."""
    if b"\\" in stretch:
        # Of the same length. Escaped backslashes first: a quote behind one is not escaped.
        stretch = stretch.replace(rb"\\", b"..").replace(rb"\"", b"..")
    near_end = max(0, len(stretch) - _NEAR)
    positions = [match.end() - 1 for match in comma.finditer(stretch, near_end)][-_TRIED:]
    return next((position for position in reversed(positions) if stretch.count(b'"', 0, position) % 2 == 0), None)


def _cut(stretch: bytes, whole: re.Pattern[bytes], last: re.Pattern[bytes]) -> tuple[int | None, bool]:
    match = whole.match(stretch)
    end = match.end() if match else 0
    if closing := last.match(stretch, end):
        return closing.end() - 1, True
    return (end - 1, False) if end else (None, False)


def _skip(text: memoryview, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _past(text: memoryview, position: int, expected: bytes) -> int:
    """Return where something begins behind an expected character, with blanks around it."""
    position = _skip(text, position)
    if _at(text, position) != expected:
        raise _unreadable()
    return _skip(text, position + 1)


def _at(text: memoryview, position: int) -> bytes:
    return bytes(text[position : position + 1])


def _too_large(name: bytes) -> InvalidInput:
    member = _json.decode(name.decode("utf-8", "replace"))[:100]
    detail = f"{member}: this is no JSON, or has more than {PIECE_BYTES:,} bytes; in a large body only lists may have "
    return InvalidInput(Fault(f"/{member}", f"{detail}more. Send a list, or upload the data as a file."))


def _unreadable() -> InvalidInput:
    detail = f"The body is not a JSON object with at most {MAX_MEMBERS:,} fields, of which only lists are large, and"
    return InvalidInput(Fault("", f"{detail} no element of a list has more than {MAX_ELEMENT_BYTES:,} bytes."))
