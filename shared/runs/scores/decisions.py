"""Other predictions than those of the file: a class wherever its score reaches a threshold, and the rest elsewhere."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.datasets.errors import DatasetPrivate
from shared.evaluation.confusion.cell_counts import CellCounts
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput
from shared.runs.errors import TaskUnsupported
from shared.runs.records import ReadyRun
from shared.runs.results import one_against_rest
from shared.runs.rows.filters import Condition, RowFilter, read_class
from shared.runs.rows.row_page import RowRecord
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import ClassScores, position_of_scored_class, scores_of
from shared.runs.summary import RunSummary

_TWO = 2
REST = "rest"


class ThresholdDecision(NamedTuple):
    """A class is predicted where its score is the threshold or more."""

    scores: ClassScores
    threshold: float


def read_decision(run: ReadyRun, threshold: float | None, position: int | None) -> ThresholdDecision | None:
    """Read a threshold of a class, the positive one if none is given.

    Raises InvalidInput, ScoresMissing, TaskUnsupported, DatasetPrivate.
    """
    if threshold is None:
        return None
    if run.is_private:
        # Of two thresholds next to each other the counts differ by one sample.
        raise DatasetPrivate("The truth of this dataset is private: the predictions of the run count, at no threshold.")
    if run.summary.is_multilabel:
        raise TaskUnsupported("A threshold of one label says nothing of the others of a sample; leave out `threshold`.")
    if not math.isfinite(threshold):
        raise InvalidInput(Fault("/threshold", "threshold: must be a finite number."))
    return ThresholdDecision(scores_of(run.summary, position_of_scored_class(run, position)), threshold)


def decided_classes(summary: RunSummary, decision: ThresholdDecision) -> tuple[list[Label], int]:
    """The two decided classes, of more than two a class and the rest, and the position of the decided one."""
    if len(summary.classes) == _TWO:
        return list(summary.classes), decision.scores.position
    label = summary.classes[decision.scores.position]
    return [label, REST if str(label) != REST else f"not {REST}"], 0


def decided(run: ReadyRun, decision: ThresholdDecision) -> ReadyRun:
    """The run with the classes of a decision; what it counts as predicted is still what the file predicts."""
    classes, own = decided_classes(run.summary, decision)
    counted = run.summary if len(run.summary.classes) == _TWO else _against_rest(run.summary, decision.scores.position)
    areas, spreads = run.summary.roc_auc, run.summary.roc_auc_spread
    area = None if areas is None else areas[decision.scores.position]
    spread = None if spreads is None else spreads[decision.scores.position]
    summary = msgspec.structs.replace(
        counted,
        classes=classes,
        predicted_by="threshold",
        threshold=decision.threshold,
        # The same pairs, seen from either side.
        roc_auc=None if areas is None else [area, area],
        roc_auc_spread=None if spreads is None else [spread, spread],
    )
    return msgspec.structs.replace(run, summary=summary, positive=str(classes[own]))


def _against_rest(summary: RunSummary, position: int) -> RunSummary:
    """The summary with the counts of a class and of all others as the rest."""
    cut = one_against_rest(summary.matrix, position)
    return msgspec.structs.replace(
        summary,
        counts=cut.of_rows.counts.tobytes(),
        weights=cut.counts.tobytes() if cut.is_weighted else None,
        squares=None if cut.squares is None else cut.squares.tobytes(),
        cells=None,
    )


def decided_position(run: ReadyRun, decision: ThresholdDecision, position: int | None) -> int | None:
    """The position that a class, if one was named, has among the decided ones."""
    return None if position is None else decided_classes(run.summary, decision)[1]


def read_predicted(run: ReadyRun, decision: ThresholdDecision | None, label: str | None) -> int | None:
    """Read the label of a predicted class: of the run, or of what a decision predicts; raises InvalidInput."""
    if decision is None or label is None:
        return read_class(run, label, "predicted")
    return read_class(decided(run, decision), label, "predicted")


class DecidedScan(RowScan):
    """The rows of a run with the predictions of a decision; `predicted` in a filter is 0 or 1 of `decided_classes`."""

    def __init__(self, file: Any, summary: RunSummary, decision: ThresholdDecision) -> None:
        super().__init__(file, summary)
        self._decision = decision
        self._two, self._own = decided_classes(summary, decision)

    def counts(self, conditions: Sequence[Condition]) -> ConfusionMatrix:
        """The 2 x 2 matrix of the rows that fulfil all conditions."""
        counts = CellCounts(4, is_weighted=bool(self.weighed))
        for table in self.select([*self.decided_by, *self.weighed], conditions):
            counts.add(2 * self.sides(table, "t") + self.sides(table, "p"), self.weights(table))
        return counts.matrix(tuple(self._two))

    @property
    def decided_classes(self) -> list[Label]:
        """The two classes that are told apart."""
        return self._two

    @property
    def decided_by(self) -> list[str]:
        """The columns that `sides` needs."""
        return self._decision.scores.columns

    def sides(self, table: pa.Table, side: str) -> NDArray[np.int64]:
        """Which of the two classes each row of a table has on a side, `t` for actual or `p` for predicted."""
        is_own = self._decided(table) if side == "p" else self.classes_in(table, "t") == self._decision.scores.position
        return np.where(is_own, self._own, 1 - self._own)

    def _decided(self, table: pa.Table) -> NDArray[np.bool_]:
        scores, threshold = self._decision
        is_reached: NDArray[np.bool_] = scores.values(self, table) >= scores.compared(self, threshold)
        return is_reached

    def _matching(self, table: pa.Table, wanted: RowFilter) -> NDArray[np.int64]:
        mask = self._fulfilled(table, wanted.conditions)
        predicted = self.sides(table, "p")
        if wanted.actual is not None:
            mask &= self.classes_in(table, "t") == wanted.actual
        if wanted.predicted is not None:
            mask &= predicted == wanted.predicted
        if wanted.only_errors:
            mask &= self.sides(table, "t") != predicted
        return self._in_range(table, np.flatnonzero(mask), wanted)

    def _confidence(self, table: pa.Table) -> NDArray[Any]:
        scores = self._decision.scores
        own = scores.values(self, table)
        confidence: NDArray[Any] = np.where(self._decided(table), own, -own if scores.is_margin else 1 - own)
        return confidence

    def exact_confidence(self, table: pa.Table) -> NDArray[Any]:
        """The score of what is predicted at the threshold."""
        return self._confidence(table)

    def _records(self, table: pa.Table, rows: NDArray[np.int64]) -> Iterator[RowRecord]:
        predicted, confidence = self.sides(table, "p").tolist(), self._confidence(table).tolist()
        for at, row in enumerate(super()._records(table, rows)):
            yield row._replace(predicted=self._two[predicted[at]], confidence=confidence[at])
