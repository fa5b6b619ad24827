"""From typed values to the texts that labels, ids and metadata are, and to the numbers that scores are."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.runs.errors import FileUnreadable
from shared.runs.reading.columns.label_sets import written

_INT32, _INT64 = np.dtype(np.int32), np.iinfo(np.int64)
# Whole numbers of which the highest is so much above the lowest are counted in a table.
_CLOSE = 2**16


def text_of(value: object) -> str:
    """A value as text, as CSV writers of Python write it: True, 7, 1.0; empty for null and not-a-number."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return value if isinstance(value, str) else str(value)


def is_flat(kind: pa.DataType) -> bool:
    """Whether a column holds one value in each row, not a list or a structure."""
    if pa.types.is_dictionary(kind):
        return is_flat(kind.value_type)
    return not pa.types.is_nested(kind) and not is_bytes(kind)


def is_bytes(kind: pa.DataType) -> bool:
    """Whether a column, or the dictionary of one, holds bytes of which nobody says that they are a text."""
    if pa.types.is_dictionary(kind):
        return is_bytes(kind.value_type)
    of_any_length = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
    return bool(of_any_length or pa.types.is_fixed_size_binary(kind))


def is_label_list(kind: pa.DataType) -> bool:
    """Whether a column holds a list of texts or whole numbers in each row, such as the labels of a sample."""
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)):
        return False
    inner = kind.value_type
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_integer(inner))


def listed(array: "pa.Array[Any]") -> "pa.Array[Any]":
    """An array of lists as texts in JSON; nulls are empty."""
    cells = ["" if items is None else written([text_of(item) for item in items]) for items in array.to_pylist()]
    return pa.array(cells, pa.string())


def labels_of(array: "pa.Array[Any]") -> "pa.Array[Any]":
    """An array as a dictionary array of texts; each different value is turned into a text once."""
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    if pa.types.is_integer(array.type) and (few := _few_numbers(array)) is not None:
        return few
    if pa.types.is_string(array.type) and (few := _letters(array)) is not None:
        return few
    if not pa.types.is_dictionary(array.type):
        array = pc.dictionary_encode(array, null_encoding="encode")
    indices = array.indices
    values = [text_of(value) for value in array.dictionary.to_pylist()]
    if indices.null_count:
        # A null of the indices themselves: the empty text stands for it.
        indices = pc.fill_null(indices, len(values))
        values.append("")
    return _dictionary(indices.cast(pa.int32()), values)


def _few_numbers(array: "pa.Array[Any]") -> "pa.Array[Any] | None":
    """What `labels_of` makes of whole numbers that lie close together, without a look-up of each; None of others."""
    if array.null_count or not len(array):
        return None
    numbers = array.to_numpy()
    lowest, highest = int(numbers.min()), int(numbers.max())
    if highest - lowest >= _CLOSE or highest > _INT64.max:
        return None
    # Of narrow types the differences have no room in the type itself.
    wide = numbers if numbers.itemsize >= _INT32.itemsize else numbers.astype(_INT32)
    codes = (wide - wide.dtype.type(lowest)).astype(_INT32, copy=False)
    return _coded(codes, highest - lowest, lambda code: str(lowest + code))


def _letters(array: "pa.Array[Any]") -> "pa.Array[Any] | None":
    """What `labels_of` makes of texts of one byte each, without a look-up of each; None of others."""
    if array.null_count or not len(array):
        return None
    # A writer may leave any number of bytes behind the last offset.
    offsets = np.frombuffer(array.buffers()[1], np.int32, array.offset + len(array) + 1)[array.offset :]
    if offsets[-1] - offsets[0] != len(array) or (np.diff(offsets) != 1).any():
        return None
    letters = np.frombuffer(array.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    lowest = letters.min()
    codes = (letters - lowest).astype(_INT32)
    return _coded(codes, int(letters.max() - lowest), lambda code: chr(int(lowest) + code))


def _coded(codes: NDArray[np.int32], highest: int, text_of_code: Callable[[int], str]) -> "pa.Array[Any]":
    """Codes from 0 to the highest, both of which occur, as a dictionary array of the texts that they stand for."""
    if highest <= 1:
        return _dictionary(pa.array(codes), [text_of_code(code) for code in range(highest + 1)])
    present = np.bincount(codes) > 0
    if not present.all():
        codes = (np.cumsum(present, dtype=_INT32) - np.int32(1))[codes]
    return _dictionary(pa.array(codes), [text_of_code(code) for code in np.flatnonzero(present).tolist()])


def _dictionary(indices: "pa.Array[Any]", values: Sequence[str]) -> "pa.Array[Any]":
    """Texts by their indices, which were made here, or were validated where they were read."""
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()), safe=False)


def texts(array: "pa.Array[Any]") -> "pa.Array[Any]":
    """An array as texts; nulls are empty."""
    if pa.types.is_string(array.type) and not array.null_count:
        return array
    if pa.types.is_integer(array.type) or pa.types.is_large_string(array.type) or pa.types.is_string(array.type):
        return pc.fill_null(array.cast(pa.string()), "")
    return labels_of(array).cast(pa.string())


def scores_of(array: "pa.Array[Any]", name: str) -> "pa.Array[Any]":
    """An array of numbers as floats in their own precision; null becomes not-a-number.

    Raises FileUnreadable for other types.
    """
    kind = array.type
    if pa.types.is_float16(kind):
        array = array.cast(pa.float32())
    elif pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_boolean(kind):
        array = array.cast(pa.float64())
    elif not pa.types.is_floating(kind):
        raise FileUnreadable(f"The column “{name}” holds {kind}, not numbers; scores are numbers.")
    return pc.fill_null(array, np.nan) if array.null_count else array
