import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.types import Label
from shared.presentation.matrices.cell_colours import shades
from shared.presentation.matrices.heatmap import HeatMap, heat_map

square_counts = st.integers(1, 7).flatmap(lambda k: hnp.arrays(np.int64, (k, k), elements=st.integers(0, 20)))


def _painted(heat: HeatMap) -> Counter[tuple[int, int, str]]:
    strokes = re.compile(r"M(\d+) (\d+)h(\d+)")
    return Counter(
        (int(y), int(x) + i, style)
        for style, path in heat.runs
        for x, y, length in strokes.findall(path)
        for i in range(int(length))
    )


def _kinds(levels: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> set[tuple[bool, int]]:
    """The hue and the level of every cell that is not empty."""
    return {(row == column, levels[row, column].item()) for row, column in np.argwhere(levels).tolist()}


@given(square_counts)
def test_each_counted_cell_is_painted_once_in_its_shade(
    counts: np.ndarray[tuple[int, int], np.dtype[np.int64]],
) -> None:
    matrix = ConfusionMatrix(tuple(range(len(counts))), counts)
    levels = shades(matrix)
    expected = Counter(
        (row, column, f"{'d' if row == column else 'e'}{levels[row, column]}")
        for row, column in zip(*np.nonzero(counts), strict=True)
    )
    assert _painted(heat_map(matrix, [str(label) for label in matrix.classes])) == expected


def test_noise_between_the_cells_of_a_large_matrix_makes_no_megabytes() -> None:
    size, random = 500, np.random.default_rng(1)
    noise = ConfusionMatrix(tuple(range(size)), random.poisson(30, (size, size)) + 800 * np.eye(size, dtype=np.int64))
    heat = heat_map(noise, [str(i) for i in range(size)])
    assert sum(len(path) for _, path in heat.runs) < 200_000
    assert sum(_painted(heat).values()) == size * size


def test_a_large_matrix_with_few_errors_has_every_shade() -> None:
    size, random = 300, np.random.default_rng(1)
    errors = random.poisson(0.2, (size, size))
    matrix = ConfusionMatrix(tuple(range(size)), errors + np.diag(random.integers(10, 900, size)))
    heat = heat_map(matrix, [str(i) for i in range(size)])
    levels = shades(matrix)
    assert _painted(heat)[3, 3, f"d{levels[3, 3]}"] == 1
    assert len(heat.runs) == len(_kinds(levels))


@pytest.mark.parametrize(("size", "step", "numbered"), [(2, 1, True), (30, 1, True), (31, 1, False), (300, 10, False)])
def test_numbers_stop_and_labels_thin_out_with_many_classes(
    size: int, step: int, *, numbered: bool, random_matrix: Callable[[tuple[Label, ...]], ConfusionMatrix]
) -> None:
    matrix = random_matrix(tuple(range(size)))
    heat = heat_map(matrix, [str(i) for i in range(size)])
    assert [tick.label for tick in heat.ticks] == [str(i) for i in range(0, size, step)]
    assert len(heat.numbers) == (size * size if numbered else 0)
    assert heat.width < 900
    assert heat.height < 900


def test_neighbouring_labels_keep_their_distance() -> None:
    for size in range(1, 501, 7):
        heat = heat_map(
            ConfusionMatrix(tuple(range(size)), np.eye(size, dtype=np.int64)), [str(i) for i in range(size)]
        )
        places = [tick.position for tick in heat.ticks]
        assert all(b - a >= 16 for a, b in pairwise(places)), size


def test_a_cut_label_keeps_its_full_text() -> None:
    heat = heat_map(ConfusionMatrix(("a" * 40, "b"), np.eye(2, dtype=np.int64)), ["a" * 40, "b"])
    assert [(tick.label, tick.full) for tick in heat.ticks] == [("aaaaaaaa…aaaaaaa", "a" * 40), ("b", None)]


def test_weights_are_short_enough_to_be_read() -> None:
    heat = heat_map(ConfusionMatrix(("a", "b"), np.array([[12.34567, 1e-5], [0.0, 1.9999999]])), ["a", "b"])
    assert [number.text for number in heat.numbers] == ["12.3", "<0.01", "0", "2"]
    assert heat.number_size >= 12


def test_an_empty_cell_says_so_in_no_shade() -> None:
    heat = heat_map(ConfusionMatrix(("a", "b"), np.array([[0, 7], [0, 5]])), ["a", "b"])
    assert [(number.text, number.style) for number in heat.numbers] == [
        ("0", "d0"),
        ("7", "e64"),
        ("0", "e0"),
        ("5", "d64"),
    ]


@pytest.mark.parametrize("size", [1, 2, 9])
def test_there_is_room_for_the_titles_of_the_axes(size: int) -> None:
    matrix = ConfusionMatrix(tuple(range(size)), np.eye(size, dtype=np.int64))
    heat = heat_map(matrix, [str(i) for i in range(size)])

    # "Predicted class" in 14 pixels and bold, centred on the square; "Actual class" is shorter, and stands upright.
    middle, half = heat.side / 2, 60
    assert heat.left + middle + half <= heat.width
    assert heat.left + middle - half >= 0
    assert heat.top + middle - half >= 0
    assert heat.top + middle + half <= heat.height
