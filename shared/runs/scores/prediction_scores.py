"""The scores of what was predicted in the canonical rows of a run, rightly or wrongly, whatever class that is."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.evaluation.curves.ranked_scores import Part, RankedScores, WeightedPart, rank_probabilities, rank_weighted
from shared.kit.errors import Fault, InvalidInput
from shared.runs.errors import ScoresMissing
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import NO_SCORES
from shared.runs.summary import RunSummary


class PredictionScores(NamedTuple):
    """Where the scores of predictions are; they are of no class."""

    columns: list[str]
    is_margin: bool
    position: None = None

    def ranked(self, scan: RowScan, rows: int, conditions: Sequence[Condition]) -> RankedScores:
        """All probabilities of the rows that fulfil the conditions, right predictions as positives, in their order."""
        if scan.weighed:
            return rank_weighted(self._weighted_parts(scan, conditions), is_margin=False)
        return rank_probabilities(self._parts(scan, conditions), rows)

    def _weighted_parts(self, scan: RowScan, conditions: Sequence[Condition]) -> Iterator[WeightedPart]:
        for table in scan.select(["t", "p", *scan.weighed, *self.columns], conditions):
            weights = scan.weights(table)
            assert weights is not None, "the rows have weights"
            yield scan.exact_confidence(table), scan.classes_in(table, "t") == scan.classes_in(table, "p"), weights

    def _parts(self, scan: RowScan, conditions: Sequence[Condition]) -> Iterator[Part]:
        for table in scan.select(["t", "p", *self.columns], conditions):
            yield scan.exact_confidence(table), scan.classes_in(table, "t") == scan.classes_in(table, "p")


def scores_of_predictions(summary: RunSummary, position: int | None) -> PredictionScores:
    """Find the scores of what was predicted; raises ScoresMissing, InvalidInput where a class is named as well."""
    if position is not None:
        raise InvalidInput(Fault("/class", "class: the scores of predictions are of no class; leave it out."))
    if not summary.scores:
        raise ScoresMissing(NO_SCORES)
    return PredictionScores([f"s_{at}" for at in range(len(summary.scores))], summary.score_kind == "margins")
