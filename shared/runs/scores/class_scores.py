"""The scores of one class in the canonical rows of a run, whatever columns they are in."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.evaluation.curves.ranked_scores import (
    Part,
    RankedScores,
    WeightedPart,
    rank_margins,
    rank_probabilities,
    rank_weighted,
)
from shared.evaluation.inputs.probabilities import complement
from shared.kit.errors import Fault, InvalidInput
from shared.kit.quotes import listed
from shared.runs.errors import ScoresMissing
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.summary import RunSummary

_TWO = 2
NO_SCORES = "The file of the run has no column of scores."

# The scores are those of the class, of the only other one, or of whatever was predicted.
Meaning = Literal["own", "other", "predicted"]


class ClassScores(NamedTuple):
    """Where the scores of a class are, and how they are read."""

    position: int
    column: str
    meaning: Meaning
    is_margin: bool

    @property
    def columns(self) -> list[str]:
        """The columns of the canonical rows that are read."""
        return ["t", self.column, *(["p"] if self.meaning == "predicted" else [])]

    def ranked(self, scan: RowScan, rows: int, conditions: Sequence[Condition]) -> RankedScores:
        """All scores of the rows that fulfil the conditions, in their order; `rows` are those of the run."""
        if scan.weighed:
            parts = self._weighted_parts(scan, conditions)
            return rank_weighted(parts, is_margin=self.is_margin, is_complement=self.meaning == "other")
        if self.is_margin:
            return rank_margins(self._parts(scan, conditions))
        return rank_probabilities(self._parts(scan, conditions), rows, is_complement=self.meaning == "other")

    def values(self, scan: RowScan, table: pa.Table) -> NDArray[Any]:
        """The score of the class in each row of a table with `columns`; 1 minus that of the other to 15 digits."""
        scores = self._as_ranked(scan, table)
        if self.meaning != "other" or self.is_margin:
            return scores
        return complement(scores.astype(np.float64))

    def compared(self, scan: RowScan, threshold: float) -> float:
        """The threshold as `values` are compared with it: rounded to 32 bits where they have so many."""
        is_exact = self.meaning == "other" and not self.is_margin
        if is_exact or scan.source.schema.field(self.column).type != pa.float32():
            return threshold
        return float(np.float32(threshold))

    def of_all(self, scan: RowScan) -> NDArray[Any]:
        """A number for each row of the run, in the order of the scores of the class; all that an area depends on."""
        parts = [self._as_ranked(scan, table) for table in scan.select(self.columns, ())]
        scores = np.concatenate([np.zeros(0, np.float32), *parts])
        return -scores if self.meaning == "other" and not self.is_margin else scores

    def _parts(self, scan: RowScan, conditions: Sequence[Condition]) -> Iterator[Part]:
        for table in scan.select(self.columns, conditions):
            yield self._as_ranked(scan, table), scan.has_label(table, self.position)

    def _weighted_parts(self, scan: RowScan, conditions: Sequence[Condition]) -> Iterator[WeightedPart]:
        for table in scan.select([*self.columns, *scan.weighed], conditions):
            weights = scan.weights(table)
            assert weights is not None, "the rows have weights"
            yield self._as_ranked(scan, table), scan.has_label(table, self.position), weights

    def _as_ranked(self, scan: RowScan, table: pa.Table) -> NDArray[Any]:
        scores: NDArray[Any] = table.column(self.column).to_numpy()
        if self.meaning == "own" or (self.meaning == "other" and not self.is_margin):
            return scores
        if self.meaning == "other":
            return -scores
        other = -scores if self.is_margin else 1 - scores
        return np.where(scan.classes_in(table, "p") == self.position, scores, other)


def position_of_scored_class(run: ReadyRun, position: int | None) -> int:
    """The class that was asked for, or the positive one; raises InvalidInput where neither is known, ScoresMissing."""
    chosen = run.positive_position if position is None else position
    if chosen is None:
        if not run.summary.scores:
            raise ScoresMissing(NO_SCORES)
        detail = (
            f"class: name the class, as the run has no positive one; its classes are {listed(run.summary.classes)}."
        )
        raise InvalidInput(Fault("/class", detail))
    return chosen


def scores_of(summary: RunSummary, position: int) -> ClassScores:
    """Find the scores of a class; raises ScoresMissing."""
    at = {column.class_position: f"s_{number}" for number, column in enumerate(summary.scores)}
    is_margin = summary.score_kind == "margins"
    is_binary = len(summary.classes) == _TWO and not summary.is_multilabel
    if not at:
        raise ScoresMissing(NO_SCORES)
    if position in at:
        return ClassScores(position, at[position], "own", is_margin)
    if is_binary and 1 - position in at:
        return ClassScores(position, at[1 - position], "other", is_margin)
    if is_binary:
        return ClassScores(position, at[None], "predicted", is_margin)
    if None in at:
        detail = "The scores of the run are those of the predicted class, and tell nothing of each other class."
        raise ScoresMissing(f"{detail} Send a column of scores for each class.")
    raise ScoresMissing(f"No column holds scores of the class “{str(summary.classes[position])[:100]}”.")
