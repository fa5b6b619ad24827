"""The report and the plot of thousands of classes show a part of them, and say so."""

import io
import re
from datetime import UTC, datetime

import numpy as np
from PIL import Image

from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells
from shared.evaluation.confusion.statistics import statistics, summary
from shared.kit.number_format import count_text
from worker.rendering.plot import render_plot
from worker.rendering.report import ReportFacts, render_report

CLASSES = 1200
# All are right but those of two neighbours, which are confused.
_at = np.arange(CLASSES)
MATRIX = ConfusionMatrix(
    tuple(f"class {at:04}" for at in range(CLASSES)),
    FilledCells(np.append(_at, 600), np.append(_at, 601), np.append(np.full(CLASSES, 9), 4)),
)


def test_a_report_shows_the_classes_with_the_most_errors() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    facts = ReportFacts("matrix", 1, now, now, now)
    page = render_report(MATRIX, summary(MATRIX), statistics(MATRIX), facts).decode()

    assert f"Of {count_text(1200)} classes the heat map shows the 40 with the most errors." in page
    assert f"Of {count_text(1200)} classes the 100 with the most errors are shown" in page
    assert "GET /v1/matrices/matrix/cells" in page
    support = page[page.index('id="support"') : page.index('id="classes"')]
    rows = re.findall(r"<bdi>(class \d+)</bdi></th>\s*<td>(\d+)</td>", support)
    assert rows[:3] == [("class 0600", "13"), ("class 0601", "9"), ("class 0000", "9")]
    assert len(rows) == 100


def test_a_plot_is_drawn_in_blocks_whose_counts_add_up() -> None:
    plot = render_plot(MATRIX, dpi=50)

    assert "in blocks of 3 × 3 classes" in plot["svg"].decode()
    assert Image.open(io.BytesIO(plot["png"])).size[0] > 100
