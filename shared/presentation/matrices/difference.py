"""The difference of two matrices of the same samples, as a drawing."""

from collections.abc import Sequence

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import row_shares
from shared.kit.number_format import percent_text
from shared.presentation.matrices.cell_colours import levels
from shared.presentation.matrices.heatmap import SMALL, CellShades, HeatMap, heat_map


def difference_map(candidate: ConfusionMatrix, baseline: ConfusionMatrix, labels: Sequence[str]) -> HeatMap:
    """Draw the shares of the rows, candidate minus baseline, in the first hue where that is better.

    Both matrices have the same classes, whose texts are `labels`.
    """
    # A class without samples has no shares on either side.
    gains = np.nan_to_num(row_shares(candidate.counts) - row_shares(baseline.counts))
    # More correct predictions and fewer errors are better.
    on_diagonal = np.eye(len(labels), dtype=np.bool_)
    better = np.where(on_diagonal, gains > 0, gains < 0)

    def text(row: int, column: int) -> str:
        share = float(gains[row, column])
        return f"{'+' if share > 0 else '−'}{percent_text(abs(share))}"

    return heat_map(candidate, labels, SMALL, CellShades(levels(np.abs(gains)), text, better))
