"""A confusion matrix written as rows: each pair of classes once, and a number beside it."""

from collections.abc import Mapping, Sequence

from shared.predictions.values import as_score, score

SAID = "Each pair of classes stands in one row, beside a number: this looks like a confusion matrix."
# Of one class there is one pair, and one sample.
_FEWEST = 2


def numbers_of_pairs(actual: Sequence[str], predicted: Sequence[str], others: Mapping[int, Sequence[str]]) -> list[int]:
    """Which of the other columns hold numbers, where each pair of classes stands in exactly one row; else none."""
    classes = {*actual} | {*predicted}
    pairs = {*zip(actual, predicted, strict=True)}
    if len(classes) < _FEWEST or not len(pairs) == len(actual) == len(classes) ** 2:
        return []
    return [column for column, cells in others.items() if all(map(_is_count, cells))]


def _is_count(cell: str) -> bool:
    number = score(as_score(cell))
    return number is not None and number >= 0
