"""The kinds of columns, by the name of each and the texts in its first cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.predictions.tables.names import (
    NameKind,
    join_words,
    kind_of,
    says_right_of_prediction,
    without_merge_suffixes,
)
from shared.predictions.values import are_flags, counts_up, score

# More distinct fractions than any labels would be.
_MANY = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, None where the table has no header, and the texts of its first cells."""

    name: str | None
    sample: Sequence[str]


def kinds_of(columns: Sequence[Column]) -> list[NameKind]:
    """The kind of each column, beside the others of its table."""
    names = without_merge_suffixes([column.name or "" for column in columns])
    kinds = [
        _kind(column if column.name is None else Column(name, column.sample))
        for column, name in zip(columns, names, strict=True)
    ]
    predicted = [i for i, kind in enumerate(kinds) if kind == "prediction"]
    judged = [i for i in predicted if says_right_of_prediction(columns[i].name or "") and are_flags(columns[i].sample)]
    if len(judged) < len(predicted):
        # Beside the predictions `prediction_correct` says whether they are right.
        kinds = ["derived" if i in judged else kind for i, kind in enumerate(kinds)]
    fractions = {i for i, kind in enumerate(kinds) if kind == "prediction" and is_fraction(columns[i].sample)}
    if any(kind == "prediction" and i not in fractions for i, kind in enumerate(kinds)):
        # Beside predicted labels they are the confidence of the model.
        return ["score" if i in fractions else kind for i, kind in enumerate(kinds)]
    return kinds


def _kind(column: Column) -> NameKind:
    kind = "other" if column.name is None else kind_of(column.name)
    if kind == "index" and not counts_up(column.sample):
        return "other"
    if kind == "prediction" and len(set(column.sample)) > _MANY and is_fraction(column.sample):
        return "score"
    if kind == "id" and len(set(column.sample)) < len(column.sample):
        return "other"
    # `correct` is the truth in some programs, and a flag in most.
    if kind == "derived" and column.name and join_words(column.name) == "correct":
        return "derived" if are_flags(column.sample) else "truth"
    return kind


def is_fraction(cells: Sequence[str]) -> bool:
    """Return True if the cells are scores: fractions between 0 and 1, which labels are not."""
    numbers = [score(cell.lstrip("*")) for cell in {*cells}]
    if not numbers or any(number is None or not 0 <= number <= 1 for number in numbers):
        return False
    return any(number not in {0, 1} for number in numbers)
