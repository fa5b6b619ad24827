"""A last row of totals, which is no sample."""

from collections.abc import Collection

from shared.predictions.names import normalise
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
