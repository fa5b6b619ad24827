"""The texts of rows: which are equal to a value, and how long they are."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.runs.rows.number_ranges import NumberRange, numbers_in

_SPACE = " \t\r\n\u00a0"


def equal_texts(array: Any, value: str, wanted: NumberRange | None) -> NDArray[np.bool_]:
    """Which texts of an array are this one, but for spaces around it, or numbers of the range if there is one."""
    equal = _same_texts(array, value)
    # A column of ranges as texts, such as those of ages in tens, has the text itself.
    return equal if wanted is None else equal | wanted.holds(numbers_in(array))


def _same_texts(array: Any, value: str) -> NDArray[np.bool_]:
    if isinstance(array, pa.DictionaryArray):
        texts = np.array([text.strip(_SPACE) == value for text in array.dictionary.to_pylist()], bool)
        equal: NDArray[np.bool_] = texts[array.indices.to_numpy()]
        return equal
    mask: NDArray[np.bool_] = pc.equal(pc.utf8_trim(array, _SPACE), value).to_numpy(zero_copy_only=False)
    return mask


def text_lengths(array: Any) -> Any:
    """The bytes of each text of an array, whether the texts stand in a dictionary or not."""
    if isinstance(array, pa.DictionaryArray):
        return pc.binary_length(array.dictionary).take(array.indices)
    return pc.binary_length(array)


def text_bytes(table: pa.Table) -> NDArray[np.int64]:
    """The bytes of the texts of each row of a table of nothing but texts."""
    sizes = np.zeros(table.num_rows, np.int64)
    for column in table.columns:
        sizes += text_lengths(column.combine_chunks()).fill_null(0).to_numpy()
    return sizes
