"""Columns that say of each sample whether it is right: by their names, and by the texts in them."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from shared.predictions.tables.names import normalise
from shared.predictions.tables.roles import Decision
from shared.predictions.values import NO, YES

FLAGS = frozenset({"correct", "is_correct", "match", "hit", "error"})
# The classes of a run whose file says only whether each sample is right.
RIGHT, WRONG = "right", "wrong"

_OF_ERRORS = frozenset({"error", "errors"})
_OF_LABELS = frozenset({"truth", "prediction", "class_score", "score"})
# Labels stand beside a few columns, not beside hundreds.
_MAX_COLUMNS = 50


def says_right(name: str, text: str) -> bool | None:
    """What a flag of this name says of a sample; None for any text but yes and no."""
    plain = text.strip().casefold()
    if plain not in YES | NO:
        return None
    # Of an error the flag is set where the prediction is wrong.
    return (plain in YES) != (normalise(name) in _OF_ERRORS)


def find_flag(
    names: Sequence[str], columns: Sequence[Sequence[str]], decisions: Sequence[Decision], plain: Sequence[int]
) -> int | None:
    """The only flag of a table in which nothing is named as labels or scores, and no two plain columns are labels."""
    named = [d.column for d in decisions if d.role == "derived" and normalise(names[d.column]) in FLAGS]
    flags = [at for at in named if {cell.strip().casefold() for cell in columns[at]} <= YES | NO]
    if len(flags) != 1 or any(d.role in _OF_LABELS for d in decisions):
        return None
    has_labels = _equal_where_right(names[flags[0]], columns[flags[0]], [columns[at] for at in plain])
    return None if has_labels else flags[0]


def _equal_where_right(name: str, flags: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether two columns are equal exactly where a flag says that the sample is right: these are its labels."""
    right = np.array([says_right(name, text) for text in flags], bool)
    codes: dict[str, int] = {}
    coded = [np.array([codes.setdefault(cell, len(codes)) for cell in cells]) for cells in columns[:_MAX_COLUMNS]]
    return any(bool(((one == other) == right).all()) for one, other in combinations(coded, 2))
