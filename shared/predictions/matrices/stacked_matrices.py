"""Confusion matrices that do not stand alone: beside a column such as recall, or several below each other."""

from collections.abc import Sequence

from shared.predictions.scores.class_columns import class_columns, places_of
from shared.predictions.tables.names import kind_of
from shared.predictions.values import score

_FEWEST = 2
# More rows than those of any matrix that somebody looks at, also of one for each of several models.
_MOST_ROWS = 2000
# Labels stand among the first columns, or at the end of the row.
_MOST_TRIED = 20
# What stands beside the cells of a matrix whose labels have no name, as `class.error` of R does.
_MOST_BESIDE = 3


def are_stacked(names: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Return True if every label stands in equally many rows, beside counts in a column for each of them.

    Of a label in several rows another column, as of models or folds, or the order of the rows tells these apart.
    """
    rows = len(columns[0]) if columns else 0
    counts = [] if rows > _MOST_ROWS else [at for at, cells in enumerate(columns) if all(map(_is_count, {*cells}))]
    if len(counts) < _FEWEST or _has_both_sides(names, counts):
        return False
    tried = {*range(len(names))[:_MOST_TRIED], len(names) - 1}
    return any(_are_cells(at, names, columns, [one for one in counts if one != at]) for at in tried)


def _has_both_sides(names: Sequence[str], counts: Sequence[int]) -> bool:
    kinds = {kind_of(name) for at, name in enumerate(names) if at not in counts or kind_of(name) != "other"}
    return {"truth", "prediction"} <= kinds


def _are_cells(at: int, names: Sequence[str], columns: Sequence[Sequence[str]], counts: Sequence[int]) -> bool:
    labels = columns[at]
    distinct = dict.fromkeys(labels)
    kind = kind_of(names[at])
    if kind == "id" or "" in distinct or not _FEWEST <= len(distinct) <= len(counts):
        return False
    if len(labels) > len(distinct) and not _is_repeated(labels, distinct, columns):
        return False
    sets = class_columns(at, distinct, names, counts, counts)
    own = [[found.columns[place] for place in places_of(distinct, found.names)] for found in sets]
    if kind == "index":
        own = [one for one in own if len(names) - 1 - len(one) <= _MOST_BESIDE]
    return any((score(cell) or 0) > 1 for one in own for column in one for cell in columns[column])


def _is_repeated(labels: Sequence[str], distinct: dict[str, None], columns: Sequence[Sequence[str]]) -> bool:
    """Whether the labels come in the same order again and again, or once for each value of another column."""
    times, rest = divmod(len(labels), len(distinct))
    if rest:
        return False
    if [*labels] == [*distinct] * times:
        return True
    return any(len({*cells}) == times and len({*zip(cells, labels, strict=True)}) == len(labels) for cells in columns)


def _is_count(cell: str) -> bool:
    number = score(cell)
    return number is not None and number >= 0 and number.is_integer()
