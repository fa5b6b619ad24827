"""The comparison of several matrices as an HTML page."""

from collections.abc import Sequence
from datetime import datetime

from shared.evaluation.compare import Comparison
from shared.evaluation.sidebyside import SideBySide
from shared.matrices.records import CountedMatrix


def render_comparison(
    matrices: Sequence[CountedMatrix], ranking: Comparison, table: SideBySide, *, generated_at: datetime
) -> bytes:
    """To be written."""
    raise NotImplementedError(matrices, ranking, table, generated_at)
