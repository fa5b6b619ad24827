"""Four samples as programs write them: two of each class, one of them wrong, and scores that rank perfectly."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

TEXTS, SAID = ["cat", "dog", "dog", "cat"], ["cat", "cat", "dog", "cat"]
CODES, SAID_CODES = [0, 1, 1, 0], [0, 0, 1, 0]
DOG, CAT, SURE, MARGIN = [0.1, 0.4, 0.8, 0.2], [0.9, 0.6, 0.2, 0.8], [0.9, 0.6, 0.8, 0.8], [-2.2, -0.4, 1.4, -1.4]
IS_RIGHT = [True, False, True, True]
COUNTS = [[2, 0], [1, 1]]
ROW = range(4)
OF_BOTH = {"cat": CAT, "dog": DOG}
FOLDS = ["Fold1", "Fold1", "Fold2", "Fold2"]


def rows(columns: Mapping[str, Iterable[Any]], separator: str = ",") -> str:
    """A text with a header."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows([columns, *zip(*columns.values(), strict=True)])
    return out.getvalue()


def each(made_of: Callable[..., Any], *columns: Iterable[Any]) -> list[Any]:
    """What the values of each row make."""
    return [made_of(*row) for row in zip(*columns, strict=True)]


def lines(columns: Mapping[str, Iterable[Any]]) -> str:
    """JSON Lines."""
    return "\n".join(json.dumps(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True))
