"""The comparison page: several matrices side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.evaluation.comparison.errors import NotComparable
from shared.evaluation.comparison.pycm_ranking import aligned, compare
from shared.evaluation.comparison.side_by_side import side_by_side
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.matrices.errors import MatricesNotComparable
from shared.matrices.records import CountedMatrix
from shared.presentation.comparisons.ranked_models import RankedModel, RankingVerdict, rank_models, verdict
from shared.presentation.comparisons.tables import Headline, Line, class_lines, headlines, statistic_lines
from shared.presentation.labels import label_text
from shared.presentation.matrices.difference import difference_map
from shared.presentation.matrices.heatmap import SMALL, HeatMap, heat_map

_MAX_CLASSES = 100


class SmallMatrix(NamedTuple):
    """A matrix drawn small, and how it differs from the base; the base itself has no difference."""

    ranked_model: RankedModel
    heat: HeatMap
    difference: HeatMap | None


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """Everything that the page shows, the matrices from best to worst; `won` counts statistics by matrix."""

    ranked: list[RankedModel]
    verdict: RankingVerdict
    headlines: list[Headline]
    statistics: list[Line]
    classes: list[Line]
    labels: list[str]
    multiples: list[SmallMatrix]
    base: RankedModel
    won: list[int]


def build_comparison_page(matrices: Sequence[CountedMatrix], base: str | None = None) -> ComparisonPage:
    """Set matrices side by side, differing from the one whose uid is `base`, or from the best one.

    Raises MatricesNotComparable.
    """
    matrix_of = {str(record.uid): record.matrix for record in matrices}
    try:
        ranking, table = compare(matrix_of), side_by_side(matrix_of)
    except NotComparable as error:
        raise MatricesNotComparable(error.describe(_titles(matrices))) from error
    ranked = rank_models(matrices, ranking)
    uids = [ranked_model.uid for ranked_model in ranked]
    rows = aligned(matrix_of)
    in_order = [rows[uid] for uid in uids]
    labels = [label_text(label) for label in in_order[0].classes]
    model = uids.index(base) if base in uids else 0
    return ComparisonPage(
        ranked=ranked,
        verdict=verdict(ranked),
        headlines=headlines(table, uids),
        statistics=statistic_lines(table, uids),
        classes=class_lines(in_order) if len(labels) <= _MAX_CLASSES else [],
        labels=labels,
        multiples=[
            SmallMatrix(
                ranked_model, heat_map(matrix, labels, SMALL), _difference(matrix, in_order[model], labels, i == model)
            )
            for i, (ranked_model, matrix) in enumerate(zip(ranked, in_order, strict=True))
            if not matrix.is_sparse
        ],
        base=ranked[model],
        won=[sum(uid in row.winners for row in table.rows) for uid in uids],
    )


def _difference(
    matrix: ConfusionMatrix,
    base: ConfusionMatrix,
    labels: Sequence[str],
    is_base: bool,  # noqa: FBT001 - passed by position, once
) -> HeatMap | None:
    if is_base:
        return None
    return difference_map(matrix, base, labels)


def _titles(matrices: Sequence[CountedMatrix]) -> Callable[[str], str]:
    names = {str(record.uid): record.description.name for record in matrices}

    def title(uid: str) -> str:
        name = names[uid]
        return f"“{name}”" if name else uid

    return title
