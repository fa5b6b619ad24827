import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn import metrics

from shared.evaluation.comparison.pycm_ranking import compare
from shared.evaluation.comparison.side_by_side import side_by_side
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import summary
from shared.evaluation.types import Label
from shared.kit.names import is_visible
from shared.matrices.records import CountedMatrix, Description
from shared.presentation.labels import cut, label_text, plain_text, short_labels
from tests.unit.worker.rendering.page import Element, foreign_parts, grid, policies, read_page, shape, the_one_policy
from worker.rendering.comparison import render_comparison

RandomMatrix = Callable[[tuple[Label, ...]], ConfusionMatrix]

_CREATED = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
_UPDATED = datetime(2026, 11, 22, 17, 5, tzinfo=UTC)
_GENERATED = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)


def _pets(*counts: list[int]) -> ConfusionMatrix:
    return ConfusionMatrix(("cat", "dog"), np.array(counts))


_GOOD, _MIDDLING, _POOR = _pets([45, 5], [0, 50]), _pets([40, 10], [5, 45]), _pets([25, 25], [25, 25])


def _stored(i: int, matrix: ConfusionMatrix, description: Description) -> CountedMatrix:
    count = int(matrix.sample_count)
    return CountedMatrix(UUID(int=i), 1 + i, matrix, count, summary(matrix), description, _CREATED, _UPDATED)


def _source(
    matrices: Sequence[ConfusionMatrix], descriptions: Sequence[Description] | None = None, *, by_class: bool = False
) -> bytes:
    described = descriptions or [Description(name=f"M{i}") for i in range(len(matrices))]
    records = [_stored(i, *pair) for i, pair in enumerate(zip(matrices, described, strict=True))]
    counted = {str(record.uid): record.matrix for record in records}
    ranking = compare(counted, by_class=by_class)
    return render_comparison(records, ranking, side_by_side(counted), generated_at=_GENERATED)


def _page(
    matrices: Sequence[ConfusionMatrix], descriptions: Sequence[Description] | None = None, *, by_class: bool = False
) -> Element:
    return read_page(_source(matrices, descriptions, by_class=by_class))


def _hostile_descriptions(texts: Sequence[str]) -> list[Description]:
    return [Description(text, [text, "x"], text, text, f"{text} {i}") for i, text in enumerate(texts)]


def _verdict(page: Element) -> list[str]:
    section = page.find("section", **{"class": "verdict"})
    return [element.text for element in section.children]


def _cards(page: Element) -> list[list[str]]:
    return [
        [card.find("h2").text, card.find("b").text, card.find("p").text]
        for card in page.find_all("li", **{"class": "tile"})
    ]


def _maps(page: Element) -> list[Element]:
    return page.find("section", id="maps").find_all("svg", role="img")


def _turned(matrix: ConfusionMatrix, order: Sequence[int]) -> ConfusionMatrix:
    return ConfusionMatrix(tuple(matrix.classes[i] for i in order), matrix.counts[np.ix_(order, order)])


def _variants(classes: tuple[Label, ...], number: int) -> list[ConfusionMatrix]:
    k = len(classes)
    return [
        ConfusionMatrix(classes, np.diag(np.full(k, 20 - i % 9)) + (i % 9) * np.roll(np.eye(k, dtype=np.int64), 1, 1))
        for i in range(number)
    ]


def test_hostile_names_and_labels_leave_the_elements_of_the_page_as_they_are(
    hostile: tuple[Label, ...], random_matrix: RandomMatrix
) -> None:
    texts = [str(label) for label in hostile if str(label).strip()]
    names = [f"{i:02}" + "n" * (30 if short_labels([text], 26) != (text,) else 4) for i, text in enumerate(texts)]
    labels = tuple(
        f"{i:02}" + "a" * (18 if short_labels([text], 16) != (text,) else 4)
        for i, text in enumerate(map(label_text, hostile))
    )
    counts = random_matrix(hostile).counts
    dangerous, plain = (
        _page([ConfusionMatrix(classes, counts)] * len(texts), _hostile_descriptions(names))
        for classes, names in ((hostile, texts), (labels, names))
    )
    tags = [[tag for tag, _ in shape(page) if tag != "title"] for page in (dangerous, plain)]
    assert tags[0] == tags[1]
    attributes = [{(tag, name) for tag, names in shape(page) for name in names} for page in (dangerous, plain)]
    assert attributes[0] == attributes[1]


def test_hostile_texts_are_read_back_from_the_ranking_and_the_tables(
    hostile: tuple[Label, ...], random_matrix: RandomMatrix
) -> None:
    texts = [str(label) for label in hostile if str(label).strip()]
    matrices = [random_matrix(hostile)] * len(texts)
    page = _page(matrices, _hostile_descriptions(texts))
    # Equal matrices are ranked from the last to the first.
    names = [plain_text(text).strip() for text in reversed(texts)]
    assert [row[0] for row in grid(page, "about")[1:]] == names
    ranking = grid(page, "ranking")
    assert [row[0] for row in ranking[1:]] == [
        text.strip() for text in short_labels([plain_text(text) for text in reversed(texts)], 26)
    ]
    tags = [[tag.text for tag in row.find_all("span", **{"class": "tag"})] for row in page.find_all("tr")]
    assert [found for found in tags if found] == [[cut(name, 24), "x"] for name in names]
    classes = [label_text(label) for label in hostile]
    rows = page.find("section", id="classes").find("tbody").find_all("tr")
    assert [row.find("bdi").text for row in rows] == list(short_labels(classes, 32))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(st.characters(exclude_categories=()), min_size=1, max_size=60), min_size=2, max_size=4))
def test_any_names_are_read_back_and_told_apart(names: list[str]) -> None:
    page = _page([_GOOD] * len(names), [Description(name=name) for name in names])
    plain = [shown if is_visible(shown) else None for shown in map(plain_text, names)]
    expected = []
    for i, name in enumerate(plain):
        tail = f"…{i:08x}"
        alone = plain.count(name) == 1
        expected.append(f"Matrix {tail}" if name is None else name.strip() if alone else f"{name} ({tail})".strip())
    # Equal matrices are ranked from the last to the first.
    assert [row[0] for row in grid(page, "about")[1:]] == expected[::-1]


def test_the_page_loads_nothing_and_its_policy_allows_the_one_style(hostile: tuple[Label, ...]) -> None:
    source = _source(_variants(hostile, 3), _hostile_descriptions([str(label) for label in hostile[:3]]))
    page = read_page(source)
    assert foreign_parts(source) == []
    assert policies(page) == [the_one_policy(page)]


def test_the_head_of_the_page_counts_matrices_classes_and_samples() -> None:
    page = _page([_GOOD, _POOR], [Description(data_set="pets"), Description(data_set="pets")])
    assert page.find("title").text == "Comparison of 2 confusion matrices"
    assert page.find("h1").text == "2 confusion matrices"
    assert page.find("p", **{"class": "under"}).text == "2 classes · 100 samples in each · pets · 2026-11-23 10:15 UTC"


def test_the_ranking_goes_from_best_to_worst_with_scores_and_descriptions() -> None:
    page = _page(
        [_MIDDLING, _GOOD, _POOR],
        [
            Description("Plain"),
            Description("Strong", ["gpu", "nightly"], "vit", "1.2", "pets"),
            Description(None, [], "svm"),
        ],
    )
    assert grid(page, "ranking") == [
        ["Matrix", "Rank", "Class score", "Overall score", "Model", "Data set", "Tags"],
        ["★ Strong", "1", "0.5833", "0.5714", "vit 1.2", "pets", "gpunightly"],
        ["Plain", "2", "0.4125", "0.4476", "", "", ""],
        ["Matrix …00000002", "3", "0.1500", "0.1476", "svm", "", ""],
    ]


def test_equal_scores_share_a_rank_and_what_nobody_has_is_no_column() -> None:
    page = _page([_MIDDLING, _POOR, _MIDDLING], [Description("Twin"), Description("Other"), Description("Twin")])
    assert [row[:2] for row in grid(page, "ranking")] == [
        ["Matrix", "Rank"],
        ["Twin (…00000002)", "1"],
        ["Twin (…00000000)", "1"],
        ["Other", "3"],
    ]
    assert {len(row) for row in grid(page, "ranking")} == {4}


def test_a_long_model_data_set_or_tag_is_cut_and_keeps_its_full_text_as_a_title() -> None:
    page = _page([_GOOD, _POOR], [Description("a", ["t" * 50], "m" * 200, "1", "d" * 200), Description("b")])
    first = page.find("section", id="ranking").find("tbody").find("tr")
    assert [(e.text, e.attributes.get("title")) for e in first.find_all("bdi")] == [
        ("a", None),
        (f"{'m' * 30}…{'m' * 27} 1", "m" * 200 + " 1"),
        (f"{'d' * 30}…{'d' * 29}", "d" * 200),
        (f"{'t' * 12}…{'t' * 11}", "t" * 50),
    ]


_ONE, _OTHER = _pets([16, 34], [7, 43]), _pets([31, 19], [48, 2])


@pytest.mark.parametrize(
    ("matrices", "by_class", "texts"),
    [
        (
            [_POOR, _GOOD],
            False,
            ["Best matrix", "★ M1", "No other matrix has a higher class score or a higher overall score."],
        ),
        (
            [_GOOD, _POOR, _GOOD],
            False,
            ["Result", "No clear winner", "2 matrices share the highest class score and the highest overall score."],
        ),
        (
            [_OTHER, _ONE],
            False,
            [
                "Result",
                "No clear winner",
                "The class score and the overall score favour different matrices. By class: M1. Overall: M0.",
            ],
        ),
        (
            [_OTHER, _ONE],
            True,
            ["Best matrix", "★ M1", "It has the highest class score; another matrix has a higher overall score."],
        ),
    ],
    ids=["one leads", "tie", "two lead", "by class"],
)
def test_the_verdict_gives_its_reason(matrices: list[ConfusionMatrix], texts: list[str], *, by_class: bool) -> None:
    assert _verdict(_page(matrices, by_class=by_class)) == texts


def test_the_headline_shows_the_best_values_and_whose_they_are() -> None:
    assert _cards(_page([_MIDDLING, _GOOD, _POOR]))[0] == ["Accuracy", "95.0%", "M1; lowest 50.0%."]
    assert _cards(_page([_GOOD, _POOR, _GOOD]))[2] == ["Recall (macro)", "95.0%", "2 matrices; lowest 50.0%."]
    blind = _pets([50, 0], [50, 0])
    assert _cards(_page([_POOR, blind])) == [
        ["Accuracy", "50.0%", "The same for all."],
        ["Precision (macro)", "50.0%", "Undefined for 1 of 2."],
        ["Recall (macro)", "50.0%", "The same for all."],
        ["F1 (macro)", "50.0%", "M0; lowest 33.3%."],
    ]
    assert _cards(_page([blind, blind]))[1] == ["Precision (macro)", "—", "Undefined for all."]


def test_every_value_of_the_statistics_is_scikit_learns() -> None:
    matrices = [_GOOD, _MIDDLING, _POOR]
    rows = {row[0]: row[1:] for row in grid(_page(matrices), "statistics")[1:]}
    averages = ("macro", "weighted", "micro")
    scores = {
        "Accuracy": metrics.accuracy_score,
        "Balanced accuracy": metrics.balanced_accuracy_score,
        "Jaccard index (macro)": lambda *pair: metrics.jaccard_score(*pair, average="macro"),
        "Cohen's kappa": metrics.cohen_kappa_score,
        "Matthews correlation coefficient": metrics.matthews_corrcoef,
    }
    for name, score in (
        ("Precision", metrics.precision_score),
        ("Recall", metrics.recall_score),
        ("F1", metrics.f1_score),
    ):
        scores |= {f"{name} ({way})": lambda *pair, s=score, w=way: s(*pair, average=w) for way in averages}
    expected = {title: [float(score(*_vectors(matrix))) for matrix in matrices] for title, score in scores.items()}
    shown = {title: [float(cell.split("★")[0].split("−")[0]) for cell in rows[title]] for title in expected}
    assert shown == {title: pytest.approx(values, abs=5.1e-5) for title, values in expected.items()}
    assert len(rows) == len(expected) + 4


def _vectors(matrix: ConfusionMatrix) -> tuple[list[int], list[int]]:
    actual, predicted = np.indices(matrix.counts.shape).reshape(2, -1)
    times = matrix.counts.ravel().astype(np.int64)
    return np.repeat(actual, times).tolist(), np.repeat(predicted, times).tolist()


def test_the_best_of_a_row_is_marked_in_words_and_the_others_by_their_difference() -> None:
    table = grid(_page([_MIDDLING, _GOOD, _POOR]), "statistics")
    assert table[:3] == [
        ["Statistic", "M1★ rank 1", "M0rank 2", "M2rank 3"],
        ["Accuracy", "0.9500★ best", "0.8500−0.1000", "0.5000−0.4500"],
        ["Error ratelower is better", "0.0500★ best", "0.1500+0.1000", "0.5000+0.4500"],
    ]


def test_an_undefined_value_is_a_dash_and_an_undecided_row_has_no_best() -> None:
    page = _page([_POOR, _pets([50, 0], [50, 0])])
    rows = {row[0]: row[1:] for row in grid(page, "statistics")[1:]}
    assert rows["Accuracy"] == ["0.5000equal", "0.5000equal"]
    assert rows["Precision (macro)"] == ["—", "0.5000"]
    assert rows["Matthews correlation coefficient"] == ["—", "0"]
    dashes = [cell for cell in page.find_all("td") if cell.text == "—"]
    assert {cell.attributes.get("title") for cell in dashes} == {
        "undefined: one class is never predicted",
        "undefined: there are no samples or one class occurs but is never predicted",
        "undefined: all samples are of one class or all samples are predicted as one class",
    }


def test_a_difference_too_small_to_show_is_not_written_as_zero() -> None:
    one, other = _pets([10**6, 1], [0, 10**6]), _pets([10**6, 2], [0, 10**6 - 1])
    assert grid(_page([one, other]), "statistics")[1] == ["Accuracy", "1.0000−<0.0001", "1.0000★ best"]


def test_f1_by_class_is_scikit_learns_in_the_classes_order_of_the_best_matrix() -> None:
    first, second, _ = _variants(("a", "b", "c"), 3)
    page = _page([first, _turned(second, [2, 0, 1])])
    rows = grid(page, "classes")
    assert rows[0] == ["Class", "M0★ rank 1", "M1rank 2"]
    assert [row[0] for row in rows[1:]] == ["a20 samples", "b20 samples", "c20 samples"]
    shown = [[float(cell.split("★")[0].split("−")[0]) for cell in row[1:]] for row in rows[1:]]
    expected = [metrics.f1_score(*_vectors(matrix), average=None) for matrix in (first, second)]
    np.testing.assert_allclose(shown, np.transpose(expected), atol=5.1e-5)
    assert [row[1] for row in rows[1:]] == ["1★ best"] * 3


def test_the_f1_of_a_class_that_never_occurs_is_a_dash() -> None:
    empty = ConfusionMatrix((0, 1, 2), np.array([[5, 1, 0], [2, 6, 0], [0, 0, 0]]))
    guess = ConfusionMatrix((0, 1, 2), np.array([[4, 1, 1], [2, 6, 0], [0, 0, 0]]))
    assert grid(_page([empty, guess]), "classes")[3][1:] in (["—", "0"], ["0", "—"])


def test_heat_maps_show_the_counts_of_their_matrix_in_the_same_order_of_classes() -> None:
    page = _page([_GOOD, _turned(_MIDDLING, [1, 0])])
    drawn = [[e.text for e in svg.find_all("text", **{"class": "number"})] for svg in _maps(page)]
    assert drawn == [["45", "5", "0", "50"], ["40", "10", "5", "45"]]
    titles = [item.find("h3").text for item in page.find("ol").children]
    assert titles == ["M0", "M1"]
    ids = [element.attributes["id"] for element in page.walk() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert {svg.attributes["aria-labelledby"] for svg in _maps(page)} == {
        "heat-1-title heat-1-text",
        "heat-2-title heat-2-text",
    }


@pytest.mark.parametrize(("number", "drawn"), [(2, 2), (6, 6), (7, 6)])
def test_at_most_six_heat_maps_are_drawn_and_the_page_says_so(number: int, drawn: int) -> None:
    page = _page(_variants((0, 1, 2), number))
    assert len(_maps(page)) == drawn
    said = "Only the 6 highest-ranked of 7 matrices are shown" in page.find("section", id="maps").text
    assert said is (number > drawn)


@pytest.mark.parametrize(
    ("size", "maps", "table"), [(20, True, True), (21, False, True), (40, False, True), (41, False, False)]
)
def test_many_classes_leave_out_maps_and_then_the_table_by_class(size: int, *, maps: bool, table: bool) -> None:
    page = _page(_variants(tuple(range(size)), 2))
    assert bool(_maps(page)) is maps
    assert bool(page.find("section", id="classes").find_all("table")) is table
    assert ("omitted for more than 20 classes" in page.find("section", id="maps").text) is not maps
    assert ("omitted for more than 40 classes" in page.find("section", id="classes").text) is not table


@pytest.mark.parametrize(("number", "sheets"), [(8, []), (9, [4, 5]), (50, [7, 7, 7, 8, 7, 7, 7])])
def test_on_paper_a_wide_table_is_cut_into_sheets_that_hold_every_column_once(number: int, sheets: list[int]) -> None:
    section = _page(_variants((0, 1), number)).find("section", id="statistics")
    whole, *parts = (
        [[cell.text for cell in row.children] for row in t.find_all("tr")] for t in section.find_all("table")
    )
    assert [len(part[0]) - 1 for part in parts] == sheets
    assert {len(row) for row in whole} == {number + 1}
    if parts:
        assert [sum((part[i][1:] for part in parts), row[:1]) for i, row in enumerate(whole)] == whole


def test_the_page_says_where_its_figures_are() -> None:
    about = _page([_GOOD, _POOR]).find("section", id="about")
    assert "comparison.json" in about.text
    assert [[cell.text for cell in row.children] for row in about.find_all("tr")[1:]] == [
        ["M0", "00000000-0000-0000-0000-000000000000", "1", "2026-11-20 08:30 UTC", "2026-11-22 17:05 UTC"],
        ["M1", "00000000-0000-0000-0000-000000000001", "2", "2026-11-20 08:30 UTC", "2026-11-22 17:05 UTC"],
    ]


def test_sums_of_weights_are_compared_like_counts() -> None:
    halves = [ConfusionMatrix(matrix.classes, matrix.counts / 8) for matrix in (_GOOD, _POOR)]
    page, whole = _page(halves), _page([_GOOD, _POOR])
    assert grid(page, "statistics") == grid(whole, "statistics")
    assert "12.5 samples in each" in page.find("p", **{"class": "under"}).text
    assert [row[0] for row in grid(page, "classes")[1:]] == ["cat6.25 samples", "dog6.25 samples"]


def test_the_same_values_give_the_same_bytes(hostile: tuple[Label, ...]) -> None:
    assert _source(_variants(hostile, 4)) == _source(_variants(hostile, 4))


def test_fifty_matrices_of_forty_long_labelled_classes_stay_small_and_quick() -> None:
    matrices = _variants(tuple(f"{i}{'混' * 490}" for i in range(40)), 50)
    start = time.process_time()
    source = _source(matrices, [Description("n" * 200, ["t" * 50] * 20) for _ in matrices])
    assert time.process_time() - start < 4
    assert len(source) < 1_500_000
    assert {len(row) for row in grid(read_page(source), "classes")} == {51}
