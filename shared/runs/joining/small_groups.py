"""Groups of samples that are too small to be counted by themselves beside a truth that nobody is to see."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

FEW = "(few samples)"


def without_small_groups(labels: "pa.Array[Any]", least: int) -> "pa.Array[Any]":
    """A dictionary array in which values of fewer than `least` rows are one value, of so many rows too or of none.

    The smallest other groups are added until it is large enough: otherwise what all the others leave of the whole
    would be a small group.
    """
    texts = labels.dictionary.to_pylist()
    # Equal texts may stand twice in a dictionary.
    distinct = {text: code for code, text in enumerate(sorted({*texts}))}
    codes = np.array([distinct[text] for text in texts], np.int64)[labels.indices.to_numpy()]
    counts = np.bincount(codes, minlength=len(distinct))
    merged = _merged(counts, least)
    names = [FEW if is_merged else text for text, is_merged in zip(distinct, merged, strict=True)]
    kept = {name: code for code, name in enumerate(dict.fromkeys(names))}
    position = np.array([kept[name] for name in names], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(position[codes]), pa.array([*kept], pa.string()))


def _merged(counts: NDArray[np.int64], least: int) -> NDArray[np.bool_]:
    """Which groups become one: all that are too small, and the smallest others while these are too few."""
    merged = counts < least
    for group in np.argsort(counts, kind="stable"):
        if not merged.any() or counts[merged].sum() >= least:
            break
        merged[group] = True
    return merged
