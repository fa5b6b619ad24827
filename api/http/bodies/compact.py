"""Large lists of a body as arrays: their pieces are decoded one by one, so that never many Python objects exist."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar, get_args

import msgspec
import numpy as np
from msgspec import Raw
from numpy.typing import NDArray

from api.http.bodies.decoding import decode
from api.http.bodies.json_pieces import NESTED, Pieces
from shared.evaluation.inputs.coded_labels import CodedLabels, CodedSets, LabelCoder
from shared.evaluation.inputs.probability_errors import InvalidProbability
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput

T = TypeVar("T")

_WHITE = b" \t\r\n"
_NO_SHAPE = bytes({*range(256)} - {*b"[],"})


def labels(pieces: Pieces, name: str) -> CodedLabels:
    """Read a list of labels; raises InvalidInput or TooManyClasses."""
    coder = LabelCoder(name)
    for part in _parts(pieces, name, list[Label]):
        coder.add(part)
    return coder.coded()


def flags(pieces: Pieces, name: str) -> CodedLabels:
    """Read a list of true and false as labels of these names; raises InvalidInput."""
    coder = LabelCoder(name)
    for part in _parts(pieces, name, list[bool]):
        coder.add([*map(str, part)])
    return coder.coded()


def labels_or_flags(pieces: Pieces, name: str) -> CodedLabels:
    """Read a list of labels, or of true and false; raises InvalidInput or TooManyClasses."""
    return flags(pieces, name) if are_flags(pieces.piece(0)) else labels(pieces, name)


def are_flags(start: bytes) -> bool:
    """Return True if the first element of a list, of which this is the start, is true or false."""
    return start.lstrip(b"[ \t\r\n")[:1] in {b"t", b"f"}


def label_sets(pieces: Pieces, name: str) -> CodedSets:
    """Read lists of labels; raises InvalidInput or TooManyClasses."""
    coder, lengths = LabelCoder(name), array("I")
    for part in _parts(pieces, name, list[list[Label]]):
        lengths.extend(map(len, part))
        coder.add([*chain.from_iterable(part)])
    return CodedSets(coder.coded(), np.frombuffer(lengths, np.uint32))


def numbers(pieces: Pieces, name: str) -> NDArray[np.float64]:
    """Read a list of numbers; raises InvalidInput."""
    values = array("d")
    for part in _parts(pieces, name, list[float]):
        values.extend(part)
    return np.frombuffer(values, np.float64)


def rows(pieces: Pieces, name: str) -> NDArray[np.float64]:
    """Read rows of equally many numbers, shape (n, k); raises InvalidInput or InvalidProbability."""
    values, count, columns = array("d"), 0, -1
    for number in range(len(pieces.ends)):
        piece = pieces.piece(number)
        width, flat = _rectangle(piece) or _checked_rows(piece, name, count)
        columns = width if columns < 0 else columns
        if width != columns:
            raise _ragged(name, count, width, columns)
        values.extend(flat)
        count += len(flat) // width
    return np.frombuffer(values, np.float64).reshape(count, columns)


def rows_or_numbers(pieces: Pieces, name: str) -> NDArray[np.float64]:
    """Read rows of equally many numbers, shape (n, k), or plain numbers, shape (n,); raises as `rows`."""
    return rows(pieces, name) if NESTED.match(pieces.piece(0)) else numbers(pieces, name)


def elements(pieces: Pieces, name: str, kind: type[list[T]], most: int) -> Iterator[T]:
    """Yield the elements of a list one by one; raises InvalidInput, also for more than `most` of them."""
    count = 0
    for part in _parts(pieces, name, kind):
        count += len(part)
        if count > most:
            raise InvalidInput(Fault(f"/{name}", f"{name}: send at most {most} in one request."))
        yield from part


def reader(name: str, kind: Any) -> Callable[[Pieces, str], Any] | None:
    """Return what reads a field of this name and type as arrays; None for fields that are never large."""
    if name in _NEVER_LARGE:
        return None
    if kind in _READERS:
        return _READERS[kind]
    # Types that are annotated, or may be null.
    return next((found for part in get_args(kind) if (found := reader(name, part))), None)


# The most classes, each of the most characters, take less than a megabyte.
_NEVER_LARGE = frozenset({"classes"})
_READERS: Mapping[Any, Callable[[Pieces, str], Any]] = {
    list[Label]: labels,
    list[Label | bool]: labels_or_flags,
    list[list[Label]]: label_sets,
    list[float]: numbers,
    list[list[float]]: rows,
    list[list[float] | float]: rows_or_numbers,
}


def raw(pieces: Pieces, name: str, most_bytes: int) -> Raw:
    """Return a list undecoded; raises InvalidInput if it has more than `most_bytes`."""
    if len(pieces) > most_bytes:
        raise InvalidInput(Fault(f"/{name}", f"{name}: send at most {most_bytes:,} bytes."))
    return Raw(bytes(pieces.whole))


def _parts(pieces: Pieces, name: str, kind: type[list[T]]) -> Iterator[list[T]]:
    count = 0
    for number in range(len(pieces.ends)):
        part = decode(pieces.piece(number), kind, f"/{name}", before=count)
        if not part and number:
            raise _comma(name)
        yield part
        count += len(part)


def _rectangle(piece: bytes) -> tuple[int, list[float]] | None:
    """The width of rows, and all their numbers; None if the rows are not equally long, or no numbers."""
    # Lists of rows are many objects, which take the garbage collector longer than the decoder. One flat list holds as
    # much if brackets stand only where one row ends and the next begins, with equally many commas in each.
    tight = piece.translate(None, _WHITE)
    count = tight.count(b"],[") + 1
    if tight[:2] != b"[[" or tight[-2:] != b"]]" or {tight.count(b"["), tight.count(b"]")} != {count + 1}:
        return None
    shape = tight[1:-1].translate(None, _NO_SHAPE)
    # A row of k numbers has k - 1 commas.
    width = shape.index(b"]")
    if shape != b",".join([shape[: width + 1]] * count):
        return None
    try:
        flat = msgspec.json.decode(b"[" + piece.translate(None, b"[]") + b"]", type=list[float])
    except msgspec.DecodeError:
        return None
    return (width, flat) if len(flat) == width * count else None


def _checked_rows(piece: bytes, name: str, before: int) -> tuple[int, list[float]]:
    table = decode(piece, list[list[float]], f"/{name}", before=before)
    if not table:
        raise _comma(name)
    width = len(table[0])
    if not width:
        detail = f"{name}[{before}] is empty; send one probability for each class in every row."
        raise InvalidProbability(detail, vector=name, index=before)
    for index, row in enumerate(table):
        if len(row) != width:
            raise _ragged(name, before + index, len(row), width)
    return width, [*chain.from_iterable(table)]


def _ragged(name: str, index: int, length: int, columns: int) -> InvalidProbability:
    lengths = f"{name}[{index}] has length {length} and {name}[0] has length {columns}"
    detail = f"{lengths}; send one probability for each class in every row."
    return InvalidProbability(detail, vector=name, index=index)


def _comma(name: str) -> InvalidInput:
    return InvalidInput(Fault(f"/{name}", f"{name} is not valid JSON: a comma stands before the end of the list."))
