import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import statistics
from shared.evaluation.intervals.of_matrix import NO_SPREAD, WEIGHTED
from shared.evaluation.metrics import WITHOUT_INTERVAL
from shared.presentation.interval_text import IntervalText
from shared.presentation.matrices.class_table import COLUMNS, class_rows
from shared.presentation.matrices.tables import overall_tables

TWO_CLASS = ConfusionMatrix(("no", "yes"), np.array([[192, 50], [31, 227]]))


@given(st.integers(1, 3000), st.integers(0, 1))
def test_the_interval_of_nothing_begins_at_0_and_that_of_everything_ends_at_1(samples: int, place: int) -> None:
    counts = np.zeros((2, 2), dtype=np.int64)
    counts[0, place] = samples
    matrix = ConfusionMatrix(("a", "b"), counts)

    rows = class_rows(matrix, statistics(matrix), sort=None, descending=False)

    (recall,) = [row.cells[list(COLUMNS).index("TPR")].interval for row in rows if row.position == 0]
    assert recall is not None
    assert recall.bounds.endswith(" to 1") if place == 0 else recall.bounds.startswith("0 to ")


def test_a_class_has_the_interval_that_the_catalogue_names() -> None:
    rows = class_rows(TWO_CLASS, statistics(TWO_CLASS), sort="TPR", descending=True)

    assert [row.position for row in rows] == [1, 0]
    cells = dict(zip(COLUMNS, rows[0].cells, strict=True))
    assert cells["TPR"].interval == IntervalText("0.8345 to 0.9140", "Wilson")
    assert cells["F1"].interval == IntervalText("0.8132 to 0.8783", "Wilson")
    assert cells["P"].interval is None


def test_the_table_has_one_interval_of_accuracy_and_none_of_what_only_pycm_reads() -> None:
    tables = overall_tables(TWO_CLASS, statistics(TWO_CLASS))

    rows = {row.metric.id: row for _, group in tables for row in group}
    assert rows["accuracy"].interval == IntervalText("0.8031 to 0.8677", "Wilson")
    assert rows["kappa"].interval == IntervalText("0.6051 to 0.7344", "delta method")
    assert rows["accuracy.p_value"].text is not None
    assert "Others" not in dict(tables)
    assert {"accuracy.interval", "kappa.interval", "kappa.standard_error", "accuracy.p_value.pycm"}.isdisjoint(rows)


def test_a_value_without_an_interval_says_why() -> None:
    # All predictions are right, so that macro precision shows no spread; the weights of the other are no samples.
    perfect = ConfusionMatrix(("no", "yes"), np.array([[4, 0], [0, 6]]))
    weighted = ConfusionMatrix(("no", "yes"), np.array([[3.5, 1.0], [0.5, 6.0]]))

    rows, of_weights = (
        {row.metric.id: row for _, group in overall_tables(one, statistics(one)) for row in group}
        for one in (perfect, weighted)
    )
    cells = class_rows(weighted, statistics(weighted), sort=None, descending=False)[0].cells

    assert (rows["accuracy"].interval is None, rows["accuracy"].without_interval) == (False, None)
    assert rows["precision.macro"].without_interval == NO_SPREAD
    assert rows["entropy.joint"].without_interval == WITHOUT_INTERVAL["entropy.joint"]
    assert of_weights["accuracy"].without_interval == WEIGHTED
    assert {code: cell.without_interval for code, cell in zip(COLUMNS, cells, strict=True)} == {
        code: WEIGHTED if metric.interval else None for code, metric in COLUMNS.items()
    }
    for row in [*rows.values(), *of_weights.values()]:
        assert [row.interval, row.without_interval].count(None) == (1 if row.text is not None else 2), row.metric.id
