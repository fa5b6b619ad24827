"""Columns whose names say that they hold the weights of samples."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.predictions.tables.names import tokens
from shared.predictions.tables.roles import Decision

# `weight` alone may as well be that of a patient.
_SURE_WORDS = frozenset({"sample", "samples", "case", "obs", "observation", "instance"})
# A count beside two columns of labels says how many samples each row stands for.
_COUNTED_COLUMNS = 3


class WeightColumns(NamedTuple):
    """The columns that hold weights, and those that may count how many samples a row stands for."""

    sure: list[int]
    counts: list[int]

    @property
    def question(self) -> str | None:
        """What has to be asked before a column counts; None where one is certain, or where there is none."""
        if len(self.sure) > 1:
            return "Several columns hold weights; send `weight` with the name of one, or `weight: null`"
        if self.counts and not self.sure:
            return (
                "A column may say how many samples each row stands for; send `weight` with its name, or `weight: null`"
            )
        return None


def find_weights(names: Sequence[str], decisions: Sequence[Decision]) -> WeightColumns:
    """Find them among the columns that no request names."""
    named = [d.column for d in decisions if d.role == "weight"]
    counts = [d.column for d in decisions if d.role == "count"]
    sure = [column for column in named if _SURE_WORDS & {*tokens(names[column])}]
    return WeightColumns(sure, counts if len(names) <= _COUNTED_COLUMNS else [])
