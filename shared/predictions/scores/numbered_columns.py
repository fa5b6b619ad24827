"""Columns of scores that are numbered, as prob_0 and prob_1, and name no class."""

import re
from collections.abc import Collection, Sequence

from shared.predictions.scores.class_columns import says_scores
from shared.predictions.tables.names import kind_of
from shared.predictions.values import score

_NUMBERED = re.compile(r"(?P<before>.*?)(?P<number>0|[1-9][0-9]{0,3})(?P<after>[^0-9]*)", re.DOTALL)
_FEWEST = 2
_SUM_TOLERANCE = 0.01


def number_of(name: str) -> int | None:
    """The last number in the name of a column; None where there is none."""
    match = _NUMBERED.fullmatch(name)
    return int(match["number"]) if match else None


def numbered_columns(
    names: Sequence[str], columns: Sequence[Sequence[str]], candidates: Collection[int]
) -> list[list[int]]:
    """The sets of columns, in the order of their numbers, that may be the scores of classes from 0 or from 1 on.

    Either their common name says so, or their rows sum to 1. Columns whose name says so go first, and those of
    probabilities before any other scores.
    """
    by_text: dict[tuple[str, str], dict[int, int]] = {}
    for column in candidates:
        if match := _NUMBERED.fullmatch(names[column]):
            by_text.setdefault((match["before"], match["after"]), {})[int(match["number"])] = column
    ranked: dict[int, list[list[int]]] = {}
    for (before, after), found in by_text.items():
        first = min(found)
        if first > 1 or len(found) < _FEWEST or sorted(found) != [*range(first, first + len(found))]:
            continue
        own = [found[number] for number in sorted(found)]
        rank = says_scores(before, after) or int(kind_of(names[own[0]]) == "score")
        if rank or _are_shares([columns[column] for column in own]):
            ranked.setdefault(rank, []).append(own)
    return ranked[max(ranked)] if ranked else []


def _are_shares(columns: Sequence[Sequence[str]]) -> bool:
    """Whether all cells lie between 0 and 1, not all of them at an end, and each row sums to 1."""
    numbers = [[score(cell) for cell in column] for column in columns]
    known = [[number for number in column if number is not None] for column in numbers]
    if any(len(one) < len(other) for one, other in zip(known, columns, strict=True)):
        return False
    cells = {number for column in known for number in column}
    if not cells or min(cells) < 0 or max(cells) > 1 or cells <= {0, 1}:
        return False
    return all(abs(sum(row) - 1) <= _SUM_TOLERANCE for row in zip(*known, strict=True))
