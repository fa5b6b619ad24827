import re

import numpy as np
import pytest

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.presentation.matrices.view import Grid, View, grid

MATRIX = ConfusionMatrix(("a", "b", "c"), np.array([[8, 2, 0], [0, 9, 1], [5, 0, 15]]))


ZEROS = {(0, 2): "0", (1, 0): "0", (2, 1): "0"}


def _texts(drawn: Grid) -> dict[tuple[int, int], str]:
    cell = drawn.heat.cell
    return {(int(number.y / cell), int(number.x / cell)): number.text for number in drawn.heat.numbers}


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (View(), {(0, 0): "8", (0, 1): "2", (1, 1): "9", (1, 2): "1", (2, 0): "5", (2, 2): "15"} | ZEROS),
        (View("row", errors_only=True), {(0, 1): "20.0", (1, 2): "10.0", (2, 0): "25.0"} | ZEROS),
        (View("column", errors_only=True), {(0, 1): "18.2", (1, 2): "6.2", (2, 0): "38.5"} | ZEROS),
        (View("overall", errors_only=True), {(0, 1): "5.0", (1, 2): "2.5", (2, 0): "12.5"} | ZEROS),
        # a has 2 + 5 errors, c 5 + 1, b 1 + 2
        (
            View(order="errors", errors_only=True),
            {(0, 2): "2", (2, 1): "1", (1, 0): "5", (0, 1): "0", (1, 2): "0", (2, 0): "0"},
        ),
        (View(worst=2, errors_only=True), {(1, 0): "5", (0, 1): "0"}),
    ],
)
def test_a_view_shows_what_it_says(view: View, expected: dict[tuple[int, int], str]) -> None:
    assert _texts(grid(MATRIX, view)) == expected


def test_cells_point_at_the_classes_whatever_their_order() -> None:
    drawn = grid(MATRIX, View(order="errors"))

    assert drawn.order == (0, 2, 1)
    second = next(cell for cell in drawn.cells if (cell.row, cell.column) == (2, 0))
    assert (second.y, second.x) == (drawn.heat.cell, 0)
    assert second.description == "Actual c, predicted a: 5 samples, 25.0 % of the row"


def test_shares_do_not_change_when_classes_are_left_out() -> None:
    assert _texts(grid(MATRIX, View("row", worst=2)))[1, 0] == "25.0"


def test_a_class_without_samples_has_no_shares() -> None:
    drawn = grid(ConfusionMatrix(("a", "b"), np.array([[3, 0], [0, 0]])), View("column"))
    assert _texts(drawn) == {(0, 0): "100", (1, 0): "0"}


def test_hundreds_of_classes_are_drawn_without_links_and_in_few_bytes() -> None:
    random = np.random.default_rng(1)
    counts = random.integers(0, 3, (300, 300))
    drawn = grid(ConfusionMatrix(tuple(range(300)), counts), View())

    assert (drawn.cells, drawn.heat.numbers) == ((), [])
    strokes = sum(len(re.findall("M", path)) for _, path in drawn.heat.runs)
    assert strokes <= np.count_nonzero(counts)


def test_cells_of_weighted_samples_name_their_weight_and_not_a_number_of_samples() -> None:
    weighted = ConfusionMatrix(("a", "b"), np.array([[1.0, 0.0], [2.5, 46.25]]))

    said = [cell.description for cell in grid(weighted, View()).cells]

    assert said == [
        "Actual a, predicted a: weight 1, 100 % of the row",
        "Actual a, predicted b: weight 0, 0 % of the row",
        "Actual b, predicted a: weight 2.5, 5.1 % of the row",
        "Actual b, predicted b: weight 46.25, 94.9 % of the row",
    ]
