import io
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from PIL import Image

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.types import Label
from shared.matrices.kinds.plot import ColourMap
from shared.presentation.labels import label_text, short_labels
from worker.rendering import plot
from worker.rendering.colour_map import colour_map_named
from worker.rendering.drawing import Drawing, draw
from worker.rendering.plot import render_plot

RandomMatrix = Callable[[tuple[Label, ...]], ConfusionMatrix]
_SVG = "{http://www.w3.org/2000/svg}"
_MAPS: tuple[ColourMap, ...] = (
    "evalserve",
    "Blues",
    "Greens",
    "Greys",
    "Oranges",
    "Purples",
    "cividis",
    "magma",
    "viridis",
)


def _pixels(png: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def _texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{_SVG}text")]


def _drawing(matrix: ConfusionMatrix, *, normalised: bool = False, colour_map: ColourMap = "evalserve") -> Drawing:
    return draw(matrix, normalised=normalised, colour_map=colour_map, title=None, numbers=True, dpi=100)


def test_hostile_labels_and_title_are_text_in_the_svg(hostile: tuple[Label, ...], random_matrix: RandomMatrix) -> None:
    title = "混同 $x$ <script>alert(1)</script>"
    svg = render_plot(random_matrix(hostile), title=title)["svg"]
    texts = _texts(svg)
    labels = short_labels([label_text(label) for label in hostile], 20)
    assert texts[: len(hostile)] == list(labels)
    assert [texts.count(label) for label in labels if not label.isdigit()] == [2] * (len(labels) - 1)
    assert title in texts
    root = ET.fromstring(svg)
    assert {element.tag.removeprefix(_SVG) for element in root.iter() if element.tag.startswith(_SVG)} <= {
        *("svg", "title", "metadata", "defs", "style", "g", "path", "use", "text", "clipPath", "rect")
    }
    assert [name for element in root.iter() for name in element.keys() if name.startswith("on")] == []  # noqa: SIM118 - an element's keys are its attributes
    targets = {value[:1] for element in root.iter() for name, value in element.items() if name.endswith("href")}
    assert targets == {"#"}


def test_a_large_svg_holds_its_cells_as_an_embedded_bitmap(random_matrix: RandomMatrix) -> None:
    matrix = random_matrix(tuple(range(60)))
    (image,) = ET.fromstring(render_plot(matrix)["svg"]).iter(f"{_SVG}image")
    (source,) = (value for name, value in image.items() if name.endswith("href"))
    assert source.startswith("data:image/png;base64,")


def test_the_picture_measures_its_inches_times_dpi(random_matrix: RandomMatrix) -> None:
    matrix = random_matrix(("a", "b", "c"))
    inches = _drawing(matrix).figure.get_size_inches()
    for dpi in (50, 100, 300):
        height, width, _ = _pixels(render_plot(matrix, dpi=dpi)["png"]).shape
        assert np.abs(inches * dpi - (width, height)).max() < 1


def test_the_largest_picture_is_bounded() -> None:
    matrix = ConfusionMatrix(tuple(f"{i}{'W' * 400}" for i in range(500)), np.eye(500, dtype=np.int64))
    width, height = _drawing(matrix).figure.get_size_inches()
    assert width * height * 300**2 < 16e6


def test_every_option_shows_in_the_pixels(random_matrix: RandomMatrix) -> None:
    matrix = random_matrix(("a", "b", "c", "d"))
    plots = [
        render_plot(matrix, dpi=50),
        render_plot(matrix, dpi=50, normalised=True),
        render_plot(matrix, dpi=50, title="Another"),
        render_plot(matrix, dpi=50, numbers=False),
        render_plot(matrix, dpi=50, colour_map="Greens"),
    ]
    assert len({_pixels(files["png"]).tobytes() for files in plots}) == len(plots)
    assert len({files["svg"] for files in plots}) == len(plots)


def test_a_plot_begins_with_the_paper_and_ends_with_the_fullest_blue_of_the_pages() -> None:
    matrix = ConfusionMatrix((0, 1), np.array([[10, 0], [0, 10]]))
    colours = np.unique(_pixels(render_plot(matrix, numbers=False, dpi=50)["png"]).reshape(-1, 3), axis=0).tolist()
    assert [255, 255, 255] in colours
    # --b9 of the pages.
    assert [0x12, 0x3F, 0x73] in colours


@pytest.mark.parametrize("colour_map", _MAPS)
def test_cells_have_the_colours_of_the_map(colour_map: ColourMap) -> None:
    matrix = ConfusionMatrix((0, 1), np.array([[10, 0], [5, 5]]))
    pixels = _pixels(render_plot(matrix, colour_map=colour_map, numbers=False, dpi=50)["png"]).reshape(-1, 3)
    colours, occurrences = np.unique(pixels, axis=0, return_counts=True)
    areas = dict(zip(map(tuple, colours.tolist()), occurrences.tolist(), strict=True))
    for share, cells in ((0.0, 1), (0.5, 2), (1.0, 1)):
        wanted = tuple(round(part * 255) for part in colour_map_named(colour_map)(share)[:3])
        near = sum(
            area for colour, area in areas.items() if max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 1
        )
        assert near > cells * 2_500


@pytest.mark.parametrize("colour_map", _MAPS)
@pytest.mark.parametrize("size", [2, 30])
def test_cells_are_written_as_by_matplotlib(
    size: int, colour_map: ColourMap, random_matrix: RandomMatrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = random_matrix(tuple(range(size))).counts * (np.arange(size) > 0)[:, np.newaxis]
    matrix = ConfusionMatrix(tuple(range(size)), counts)
    # The numbers in the cells are matplotlib's in both, and take most of the time.
    ours = render_plot(matrix, colour_map=colour_map, normalised=True, numbers=False, formats=["svg"])["svg"]
    monkeypatch.delattr(plot._SvgRenderer, "draw_quad_mesh")
    theirs = render_plot(matrix, colour_map=colour_map, normalised=True, numbers=False, formats=["svg"])["svg"]
    # It leaves out the colour that is the default.
    black = b"fill: #000000; "
    assert ours.replace(black, b"") == theirs.replace(black, b"")


def test_the_same_values_give_the_same_bytes(hostile: tuple[Label, ...], random_matrix: RandomMatrix) -> None:
    assert render_plot(random_matrix(hostile)) == render_plot(random_matrix(hostile))


def test_drawing_leaves_the_settings_of_matplotlib_alone(random_matrix: RandomMatrix) -> None:
    before = dict(mpl.rcParams)
    render_plot(random_matrix((0, 1)))
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(("size", "numbered"), [(2, True), (10, True), (30, True), (31, False), (60, False)])
def test_numbers_stop_beyond_thirty_classes(size: int, *, numbered: bool, random_matrix: RandomMatrix) -> None:
    axes = _drawing(random_matrix(tuple(range(size)))).figure.axes[0]
    assert bool(axes.texts) is numbered
    assert min((float(text.get_fontsize()) for text in axes.texts), default=5) >= 5


@pytest.mark.parametrize("size", [2, 10, 30, 60, 100, 300, 500])
def test_labels_keep_their_distance(size: int) -> None:
    matrix = ConfusionMatrix(tuple(f"class {i}" for i in range(size)), np.eye(size, dtype=np.int64))
    figure = _drawing(matrix).figure
    places = np.asarray(figure.axes[0].get_yticks())
    height = figure.axes[0].get_position().height * figure.get_size_inches()[1]
    assert np.diff(places).min(initial=size) * height / size * 72 >= 14


@pytest.mark.parametrize("colour_map", _MAPS)
def test_numbers_contrast_with_their_cells(colour_map: ColourMap) -> None:
    matrix = ConfusionMatrix(tuple(range(10)), np.arange(100).reshape(10, 10))
    axes = _drawing(matrix, colour_map=colour_map).figure.axes[0]
    (mesh,) = (artist for artist in axes.collections if isinstance(artist, QuadMesh))
    grounds = np.asarray(mesh.to_rgba(matrix.counts.ravel()))[:, :3]
    inks = np.array([mpl.colors.to_rgb(text.get_color()) for text in axes.texts])
    low, high = np.sort(np.stack([_luminance(grounds), _luminance(inks)]), axis=0)
    assert ((high + 0.05) / (low + 0.05)).min() >= 4.5


def _luminance(
    colours: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def test_cells_show_counts_or_shares_and_a_dash_for_a_class_without_samples() -> None:
    matrix = ConfusionMatrix(("a", "b"), np.array([[1500, 500], [0, 0]]))
    counts, shares = render_plot(matrix), render_plot(matrix, normalised=True)
    assert [text for text in _texts(counts["svg"]) if re.fullmatch(r"[\d\u202f]+", text)][:4] == [
        "1\u202f500",
        "500",
        "0",
        "0",
    ]
    assert [text for text in _texts(shares["svg"]) if re.fullmatch(r"0\.\d\d|–", text)] == ["0.75", "0.25", "–", "–"]


def test_the_drawing_is_titled_and_its_axes_named(random_matrix: RandomMatrix) -> None:
    matrix = random_matrix((0, 1))
    for options, title in (
        ({}, "Confusion matrix"),
        ({"normalised": True}, "Confusion matrix (row shares)"),
        ({"title": "My run"}, "My run"),
        ({"title": "  "}, "Confusion matrix"),
    ):
        svg = render_plot(matrix, **options)["svg"]
        assert {"Predicted class", "Actual class", title} <= {*_texts(svg)}
        assert ET.fromstring(svg).findtext(f"{_SVG}title") == title


def test_a_long_title_is_cut_to_the_width_of_the_figure(random_matrix: RandomMatrix) -> None:
    drawing = draw(random_matrix((0, 1)), normalised=False, colour_map="Blues", title="W" * 300, numbers=True, dpi=100)
    (heading,) = (text for text in drawing.originals if text.get_text().startswith("W"))
    box = heading.get_window_extent()
    assert "…" in heading.get_text()
    assert 0 <= box.x0 < box.x1 <= drawing.figure.bbox.width


@pytest.mark.parametrize(
    "counts",
    [[[7]], [[0]], [[0, 0], [0, 0]], [[5, 5], [5, 5]], [[2**50, 1], [0, 2**50]]],
    ids=["one class", "one empty class", "nothing", "uniform", "huge"],
)
@pytest.mark.parametrize("normalised", [False, True])
def test_odd_matrices_are_drawn(counts: list[list[int]], *, normalised: bool) -> None:
    matrix = ConfusionMatrix(tuple(range(len(counts))), np.array(counts, dtype=np.int64))
    files = render_plot(matrix, normalised=normalised)
    assert _pixels(files["png"]).std() > 0
    assert _texts(files["svg"])


def test_huge_counts_are_shortened_where_they_would_not_fit() -> None:
    matrix = ConfusionMatrix(tuple(range(30)), np.full((30, 30), 123_456_789))
    axes = _drawing(matrix).figure.axes[0]
    assert {text.get_text() for text in axes.texts} == {"123M"}


def test_weights_are_written_with_at_most_four_decimals() -> None:
    matrix = ConfusionMatrix(("a", "b"), np.array([[0.1 + 0.2, 1 / 3], [0.0, 0.4]]))
    drawing = _drawing(matrix)
    assert [text.get_text() for text in drawing.figure.axes[0].texts] == ["0.3", "0.3333", "0", "0.4"]
    drawing.figure.draw_without_rendering()
    ticks = [text.get_text() for text in drawing.figure.axes[1].get_yticklabels()]
    assert ticks == ["0", "0.08", "0.16", "0.24", "0.32", "0.4"]


def test_weights_are_shortened_where_they_would_not_fit() -> None:
    matrix = ConfusionMatrix(tuple(range(30)), np.full((30, 30), 12.34567))
    assert {text.get_text() for text in _drawing(matrix).figure.axes[0].texts} == {"12.3"}


def test_the_largest_and_smallest_weights_are_drawn() -> None:
    for weight in (1e300, 1e-300):
        matrix = ConfusionMatrix(tuple(range(10)), np.full((10, 10), weight))
        assert _pixels(render_plot(matrix, dpi=50)["png"]).std() > 0
