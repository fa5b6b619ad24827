"""A confusion matrix written as rows: each pair of classes at most once, and a number beside it."""

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from shared.predictions.values import as_score, score

SAID = "Each pair of classes stands in one row, beside a number: this looks like a confusion matrix."
# Of one class there is one pair, and one sample.
_FEWEST = 2
# Four samples stand in the order of a matrix by accident.
_SEVERAL = 5
# Shares that are printed with two digits miss their sum by up to half of the last one, each.
_ROUNDING = 0.005
_WHOLES = (1, 100)


def numbers_of_pairs(actual: Sequence[str], predicted: Sequence[str], others: Mapping[int, Sequence[str]]) -> list[int]:
    """Which of the other columns hold the numbers of a matrix; none where the rows are samples.

    They are those of a matrix where each pair of classes stands in exactly one row. Of a matrix without its zeros no
    pair stands twice, and the rows come as programs write them: class by class, or by their numbers. These are whole,
    or shares that sum to one, as no prices and no features do.
    """
    pairs = [*zip(actual, predicted, strict=True)]
    classes = {*actual} | {*predicted}
    if len(classes) < _FEWEST or len({*pairs}) < len(pairs):
        return []
    numbers = {column: [score(as_score(cell)) for cell in cells] for column, cells in others.items()}
    counts = {column: [one for one in found if one is not None and one >= 0] for column, found in numbers.items()}
    counts = {
        column: known
        for column, known in counts.items()
        if len(known) == len(pairs) and (all(map(float.is_integer, known)) or _are_shares(known, actual, predicted))
    }
    if len(pairs) == len(classes) ** 2:
        return [*counts]
    counts = {column: known for column, known in counts.items() if len({*known}) > 1}
    if len(pairs) < _SEVERAL:
        return []
    if _are_by_class(pairs) or _are_by_class([(second, first) for first, second in pairs]):
        return [*counts]
    # As `value_counts` of pandas writes them.
    are_falling = any(known[0] > known[-1] and all(a >= b for a, b in pairwise(known)) for known in counts.values())
    return [*counts] if are_falling else []


def _are_shares(numbers: Sequence[float], actual: Sequence[str], predicted: Sequence[str]) -> bool:
    """Whether numbers, or percents, sum to a whole: all of them, or those of each class of one side."""
    groups = [{"": sum(numbers)}, *(_sums(numbers, side) for side in (actual, predicted))]
    tolerance = _ROUNDING * len(numbers)
    return any(
        all(abs(total - whole) <= tolerance * whole for total in sums.values()) for sums in groups for whole in _WHOLES
    )


def _sums(numbers: Sequence[float], side: Sequence[str]) -> dict[str, float]:
    sums = dict.fromkeys(side, 0.0)
    for label, number in zip(side, numbers, strict=True):
        sums[label] += number
    return sums


def _are_by_class(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the rows of a class stand together, several of one at least, its other classes always in one order."""
    groups = [[second for _, second in group] for _, group in groupby(pairs, key=lambda pair: pair[0])]
    if len(groups) > len({first for first, _ in pairs}) or len(groups) == len(pairs) or len(groups) < _FEWEST:
        return False
    after: dict[str, set[str]] = {}
    for group in groups:
        for place, one in enumerate(group):
            after.setdefault(one, set()).update(group[place + 1 :])
    return not any(one in after.get(other, ()) for one, others in after.items() for other in others)
