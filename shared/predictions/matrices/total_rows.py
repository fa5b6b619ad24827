"""A last row of totals, which is no sample."""

from collections.abc import Collection, Sequence

from shared.predictions.tables.names import normalise
from shared.predictions.values import score

# How pandas, R and people call the sums of rows and columns.
_TOTALS = frozenset({"total", "totals", "all", "sum", "sums", "margin", "margins", "overall", "grand_total", "σ", "∑"})

SAID = "this row looks like one of totals; remove it."


def is_total(name: str) -> bool:
    """Return True if a name is that of sums of rows or columns."""
    return normalise(name) in _TOTALS


def is_total_row(actual: str, predicted: str, others: Collection[str]) -> bool:
    """Return True if one label of the last row is a name of sums, the other is a number, and both are so alone.

    `others` are the labels of all other rows: these are all numbers, or none of them is one.
    """
    name, number = (actual, predicted) if is_total(actual) else (predicted, actual)
    if not is_total(name) or name in others or score(number) is None:
        return False
    are_numbers = [score(label) is not None for label in others]
    return bool(are_numbers) and (all(are_numbers) or not any(are_numbers))


def is_sum_row(actual: str, predicted: str, others: Collection[str], columns: Sequence[Sequence[str]]) -> bool:
    """Return True if the last row of other columns names sums, its labels are numbers, and one is none of the others.

    Such is `Total,21,20` below `a.png,1,0`; `others` are the labels of all other rows, which are numbers, too.
    """
    are_numbers = all(score(label) is not None for label in (actual, predicted, *others))
    if not others or not are_numbers or {actual, predicted} <= {*others}:
        return False
    return any(is_total(cells[-1]) and cells[-1] not in cells[:-1] for cells in columns)
