"""Columns that are named after classes and may hold something else than the scores of these."""

from collections.abc import Collection, Sequence
from enum import Enum, auto

from shared.predictions.scores.class_columns import SUM_TOLERANCE, ClassColumns, number_in
from shared.predictions.tables.names import says_no_score, says_score, tokens
from shared.predictions.values import number_or_text, usual_number

# So many rows tell scores from other numbers, also where there are a thousand classes.
_ROWS = 200
_AGREEMENT = 0.9
_TWO = 2
# In fewer rows three scores fall by accident.
_SEVERAL = 5


class Doubt(Enum):
    """Why columns that are named after classes may not be their scores."""

    # Nothing but the end of their names says so: features V1 and V2 beside labels 1 and 2.
    UNNAMED = auto()
    # They fall in every row: prob_0 is that of the most probable class, whichever it is.
    RANKED = auto()


def doubt_of(found: ClassColumns, columns: Sequence[Sequence[str]], predicted: Sequence[str] | None) -> Doubt | None:
    """What speaks against columns of scores, given the cells of all columns and the predicted labels, if any."""
    rows = [
        [number_in(cell) for cell in row] for row in zip(*(columns[at][:_ROWS] for at in found.columns), strict=True)
    ]
    best = None if predicted is None else predicted[:_ROWS]
    if _are_ranked(found.names, rows, best):
        return Doubt.RANKED
    words = {*tokens(found.before), *tokens(found.after)}
    if says_no_score(words):
        return Doubt.UNNAMED
    if says_score(words) or _are_shares(rows):
        return None
    are_words = any(usual_number(name) is None for name in found.names)
    is_bare = not found.before and not found.after
    has_others = len(found.names) > found.label_count
    if is_bare and are_words:
        # A word beside those of the labels may be a class that does not occur, or anything.
        return Doubt.UNNAMED if has_others else None
    if best is not None and _agree(found.names, rows, best):
        return None
    is_within = not has_others and all(0 <= cell <= 1 for row in rows for cell in row)
    return None if is_bare and is_within else Doubt.UNNAMED


def _are_shares(rows: Sequence[Sequence[float]]) -> bool:
    cells = {cell for row in rows for cell in row}
    if min(cells) < 0 or max(cells) > 1 or cells <= {0, 1}:
        return False
    return all(abs(sum(row) - 1) <= SUM_TOLERANCE for row in rows)


def _agree(names: Sequence[str], rows: Sequence[Sequence[float]], predicted: Sequence[str]) -> bool:
    """Whether the predicted class is nearly always that of the highest number."""
    places = {number_or_text(name): at for at, name in enumerate(names)}
    right = sum(
        row[places[number_or_text(label)]] == max(row) and min(row) < max(row)
        for row, label in zip(rows, predicted, strict=True)
        if number_or_text(label) in places
    )
    return right >= _AGREEMENT * len(rows)


def _are_ranked(names: Sequence[str], rows: Sequence[Sequence[float]], predicted: Sequence[str] | None) -> bool:
    """Whether numbered columns fall in every row, though not all samples are of the first class."""
    numbers = [usual_number(name) for name in names]
    if numbers not in ([*range(len(names))], [*range(1, len(names) + 1)]) or len(rows) < _SEVERAL:
        return False
    if any(row != sorted(row, reverse=True) for row in rows) or len({tuple(row) for row in rows}) == 1:
        return False
    if predicted is None:
        return len(names) > _TWO
    others = [row[1] for row, label in zip(rows, predicted, strict=True) if number_or_text(label) != numbers[0]]
    first = [row[1] for row, label in zip(rows, predicted, strict=True) if number_or_text(label) == numbers[0]]
    # Of two classes the second may be predicted from less than a half on.
    is_by_threshold = len(names) == _TWO and max(first, default=-1.0) < min(others, default=2.0)
    return bool(others) and not is_by_threshold


def title(names: Collection[str]) -> str:
    """The names of columns in a sentence: the first and the last."""
    first, *_, last = names
    return f"“{first}” to “{last}”" if len(names) > _TWO else f"“{first}” and “{last}”"
