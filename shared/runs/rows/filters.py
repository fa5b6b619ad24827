"""Filters of a run's rows, as requests write them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from shared.datasets.errors import DatasetPrivate
from shared.kit.errors import Fault, InvalidInput
from shared.kit.quotes import listed, quoted
from shared.runs.errors import WITHOUT_LABELS, ScoresMissing, TaskUnsupported
from shared.runs.records import ReadyRun, position_of
from shared.runs.rows.number_ranges import NumberRange, read_range

# More conditions than anybody reads out of a table.
MAX_CONDITIONS = 10
# Between a column and a value that may be a range, and between a column and a text that is none.
_HAS, _IS_TEXT = ":", "="


class Condition(NamedTuple):
    """A column of metadata and the value that a row has in it.

    A value that is written as a range, such as `[30,40)`, is one of numbers too, unless it is literal.
    """

    column: str
    value: str
    is_literal: bool = False

    @property
    def range(self) -> NumberRange | None:
        """The numbers that the value stands for; None where it is a text alone."""
        return None if self.is_literal else read_range(self.value)

    @property
    def text(self) -> str:
        """The condition as requests write it, which selects the same rows."""
        is_marked = self.is_literal and read_range(self.value) is not None
        return f"{self.column}{_IS_TEXT if is_marked else _HAS}{self.value}"


class RowFilter(NamedTuple):
    """What the rows have in common; None stands for any."""

    actual: int | None = None
    predicted: int | None = None
    only_errors: bool = False
    conditions: Sequence[Condition] = ()
    lowest_score: float | None = None
    highest_score: float | None = None


def read_conditions(run: ReadyRun, slices: Sequence[str] | None) -> list[Condition]:
    """Read `column:value` and `column=text`; raises InvalidInput for an unknown column, DatasetPrivate.

    Each value of a private dataset is of many samples; what several conditions or a range select may be a single one.
    """
    if len(slices or ()) > MAX_CONDITIONS:
        raise InvalidInput(Fault("/slice", f"slice: send at most {MAX_CONDITIONS} conditions."))
    conditions = [_condition(run, text) for text in slices or ()]
    for condition in conditions:
        if condition.range is not None and condition.range.is_empty:
            literal = quoted(condition._replace(is_literal=True).text)
            detail = f"slice: no number is in {quoted(condition.value)}; write the lower bound first, such as [30,40), "
            raise InvalidInput(Fault("/slice", f"{detail}or {literal} where the value is this text."))
    if run.is_private and (len(conditions) > 1 or any(condition.range is not None for condition in conditions)):
        raise DatasetPrivate("The truth of this dataset is private: send one `slice`, with a value and not a range.")
    return conditions


def read_class(run: ReadyRun, label: str | None, name: str) -> int | None:
    """Read the label of a class; raises InvalidInput for one that the run does not have, TaskUnsupported."""
    if label is None:
        return None
    if not run.summary.has_labels:
        raise TaskUnsupported(WITHOUT_LABELS)
    if (position := position_of(label, run.summary.classes)) is None:
        detail = f"{name}: not a class of the run; its classes are {listed(run.summary.classes)}."
        raise InvalidInput(Fault(f"/{name}", detail))
    return position


class ScoreBounds(NamedTuple):
    """Bounds of the scores of predictions, or None."""

    lowest: float | None
    highest: float | None


def read_scores(run: ReadyRun, lowest: float | None, highest: float | None) -> ScoreBounds:
    """Read bounds of the scores of predictions; raises InvalidInput, ScoresMissing where predictions have none."""
    found = ScoreBounds(_score(run, lowest, "min_score"), _score(run, highest, "max_score"))
    if lowest is not None and highest is not None and lowest > highest:
        detail = f"max_score: no score is at least {lowest:g} and at most {highest:g}; make it larger than `min_score`."
        raise InvalidInput(Fault("/max_score", detail))
    return found


def _score(run: ReadyRun, score: float | None, name: str) -> float | None:
    if score is None:
        return None
    if not run.summary.scores or run.summary.is_multilabel:
        why = "are of labels, not of what was predicted" if run.summary.scores else "are missing"
        raise ScoresMissing(f"{name}: the scores of the run {why}; leave it out.")
    if math.isnan(score):
        raise InvalidInput(Fault(f"/{name}", f"{name}: must be a number."))
    return score


def _condition(run: ReadyRun, text: str) -> Condition:
    # A column's name may hold a colon, and so may a value: the longest name that fits is meant.
    names = [name for name in run.summary.metadata if text.startswith((f"{name}{_HAS}", f"{name}{_IS_TEXT}"))]
    if not names:
        known = ", ".join(f"“{name}”"[:50] for name in run.summary.metadata[:10]) or "none"
        detail = f"slice: write a column of the run, a colon and a value; its columns are {known}."
        raise InvalidInput(Fault("/slice", detail))
    name = max(names, key=len)
    return Condition(name, text[len(name) + 1 :], text[len(name)] == _IS_TEXT)
