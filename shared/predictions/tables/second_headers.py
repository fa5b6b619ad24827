"""A second row of names, as of units or types, which is no sample."""

from collections.abc import Sequence

from shared.predictions.values import NO_VALUE, score

# Of fewer rows the first may be the odd one by accident.
_SEVERAL = 3


def is_second_header(labels: Sequence[int], columns: Sequence[Sequence[str]]) -> bool:
    """Return True if the first row holds a word where all others have numbers, and labels that never stand below it.

    `labels` are the positions of the columns of labels.
    """
    if not labels or len(columns[0]) < _SEVERAL:
        return False
    below = {cell for at in labels for cell in columns[at][1:]}
    if any(columns[at][0] in below for at in labels):
        return False
    return any(_is_word_above_numbers(cells) for at, cells in enumerate(columns) if at not in labels)


def _is_word_above_numbers(cells: Sequence[str]) -> bool:
    first, *below = cells
    is_word = bool(first) and score(first) is None and first.casefold() not in NO_VALUE
    return is_word and all(score(cell) is not None for cell in below)
