import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import statistics, summary
from shared.evaluation.metrics import OVERALL, PER_CLASS
from shared.evaluation.types import Label
from shared.presentation.labels import label_text, short_labels
from tests.unit.worker.rendering.page import foreign_parts, grid, policies, read_page, shape, the_one_policy
from worker.rendering.report import ReportFacts, render_report

_FACTS = ReportFacts(
    matrix_uid="5f2a91c7:Qm3zXw0b",
    version=3,
    created_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    updated_at=datetime(2026, 11, 22, 17, 5, tzinfo=UTC),
    generated_at=datetime(2026, 11, 23, 10, 15, tzinfo=UTC),
    name="Digits",
)
RandomMatrix = Callable[[tuple[Label, ...]], ConfusionMatrix]


def _report(matrix: ConfusionMatrix, facts: ReportFacts = _FACTS) -> bytes:
    return render_report(matrix, summary(matrix), statistics(matrix), facts)


def test_hostile_labels_leave_the_elements_of_the_page_as_they_are(
    hostile: tuple[Label, ...], random_matrix: RandomMatrix
) -> None:
    matrix = random_matrix(hostile)
    harmless = tuple(
        f"{i:02}" + "a" * (18 if short_labels([text], 16) != (text,) else 4)
        for i, text in enumerate(map(label_text, hostile))
    )
    page = read_page(_report(matrix))
    plain = read_page(_report(ConfusionMatrix(harmless, matrix.counts)))
    without_titles = [[(tag, {*names} - {"title"}) for tag, names in shape(tree)] for tree in (page, plain)]
    tags = [[tag for tag, _ in tree if tag != "title"] for tree in without_titles]
    assert tags[0] == tags[1]
    assert {name for _, names in without_titles[0] for name in names} == {
        name for _, names in without_titles[1] for name in names
    }


def test_hostile_labels_are_text_in_every_table(hostile: tuple[Label, ...], random_matrix: RandomMatrix) -> None:
    texts = [label_text(label) for label in hostile]
    page = read_page(_report(random_matrix(hostile)))
    wide, narrow = list(short_labels(texts, 32)), list(short_labels(texts, 16))
    for section in ("counts", "shares"):
        cells = grid(page, section)
        assert cells[0][1:-1] == narrow
        assert [row[0] for row in cells[1 : len(texts) + 1]] == wide
    assert [row[0] for row in grid(page, "support")[1:]] == wide
    for table in page.find("section", id="classes").find_all("table"):
        assert [row.children[0].text for row in table.find("tbody").find_all("tr")] == wide
    drawn = page.find("svg", role="img").find_all("text")
    assert [e.text for e in drawn if (e.attributes.get("transform") or "").endswith("rotate(-45)")] == narrow
    full = [text if short != text else "" for text, short in zip(texts, narrow, strict=True)]
    assert [e.text for e in drawn if e.attributes.get("x") == "-8"] == [
        a + b for a, b in zip(full, narrow, strict=True)
    ]
    in_full = {row[0]: row[1] for row in grid(page, "labels")[1:]}
    assert in_full == {str(i + 1): text for i, text in enumerate(texts) if narrow[i] != text}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=st.lists(st.text(st.characters(exclude_categories=()), max_size=40), min_size=2, max_size=4, unique=True))
def test_any_labels_are_read_back_as_they_are(labels: list[str], random_matrix: RandomMatrix) -> None:
    page = read_page(_report(random_matrix(tuple(labels))))
    expected = [text.strip() for text in short_labels([label_text(label) for label in labels], 32)]
    assert [row[0] for row in grid(page, "support")[1:]] == expected


def test_a_hostile_name_is_text(random_matrix: RandomMatrix) -> None:
    name = "</title><script>alert(1)</script>{{7*7}}"
    facts = ReportFacts("u", 1, _FACTS.created_at, _FACTS.updated_at, _FACTS.generated_at, name)
    page = read_page(_report(random_matrix((0, 1)), facts))
    assert page.find_all("script") == []
    assert page.find("h1").text == name
    assert page.find("title").text == f"{name} – confusion matrix report"


def test_no_line_of_the_templates_is_indented(random_matrix: RandomMatrix) -> None:
    page = _report(random_matrix((0, 1, 2))).decode().partition("</style>")[2]

    assert [line for line in page.splitlines() if line.startswith((" ", "\t"))] == []


def test_the_page_loads_nothing_and_holds_no_script(random_matrix: RandomMatrix) -> None:
    source = _report(random_matrix(("a", "b", "c")))
    assert foreign_parts(source) == []


def test_the_policy_allows_the_one_style_and_nothing_else(random_matrix: RandomMatrix) -> None:
    page = read_page(_report(random_matrix((0, 1))))
    assert policies(page) == [the_one_policy(page)]
    head = [element.tag for element in page.find("head").children]
    assert head.index("meta") < head.index("style")


def test_the_tables_show_counts_totals_and_shares() -> None:
    matrix = ConfusionMatrix(("cat", "dog"), np.array([[1200, 300], [0, 8]]))
    page = read_page(_report(matrix))
    assert grid(page, "counts") == [
        ["actual ↓ predicted →", "cat", "dog", "Total"],
        ["cat", "1\u202f200", "300", "1\u202f500"],
        ["dog", "0", "8", "8"],
        ["Total", "1\u202f200", "308", "1\u202f508"],
    ]
    assert grid(page, "shares")[1:] == [["cat", "80.0", "20.0", "1\u202f500"], ["dog", "0", "100", "8"]]
    assert grid(page, "support") == [
        ["Class", "Samples", "Share", "Size", "Predicted"],
        ["cat", "1\u202f500", "99.5%", "", "1\u202f200"],
        ["dog", "8", "0.5%", "", "308"],
    ]
    assert grid(page, "matrix")[1:] == [["cat", "dog", "300", "20.0%"]]
    right = [cell.text for cell in page.find("section", id="counts").find_all("td") if "right" in str(cell.attributes)]
    assert right == ["1\u202f200", "8"]


def test_weighted_samples_are_shown_by_their_weight() -> None:
    matrix = ConfusionMatrix(("cat", "dog"), np.array([[0.1 + 0.2, 0.1], [0.0, 0.125]]))
    page = read_page(_report(matrix))
    assert grid(page, "counts")[1:] == [
        ["cat", "0.3", "0.1", "0.4"],
        ["dog", "0", "0.125", "0.125"],
        ["Total", "0.3", "0.225", "0.525"],
    ]
    assert grid(page, "shares")[1:] == [["cat", "75.0", "25.0", "0.4"], ["dog", "0", "100", "0.125"]]
    assert grid(page, "support") == [
        ["Class", "Weight", "Share", "Size", "Predicted"],
        ["cat", "0.4", "76.2%", "", "0.3"],
        ["dog", "0.125", "23.8%", "", "0.225"],
    ]
    assert grid(page, "matrix") == [["Actual", "Predicted", "Weight", "Share of class"], ["cat", "dog", "0.1", "25.0%"]]
    bars = [bar.find("rect").attributes["width"] for bar in page.find("section", id="support").find_all("svg")]
    assert bars == ["100.0", "31.25"]
    about = page.find("section", id="about")
    facts = dict(zip((e.text for e in about.find_all("dt")), (e.text for e in about.find_all("dd")), strict=True))
    assert facts["Total weight"] == "0.525"
    assert page.find("p", **{"class": "under"}).text.startswith("weight 0.525 · 2 classes · ")
    assert page.find("desc").text.endswith(
        "A weight of 0.425 out of 0.525 lies on the diagonal, where the prediction is correct."
    )


def test_no_weight_shows_the_dust_of_its_sum(random_matrix: RandomMatrix) -> None:
    whole = random_matrix(tuple(range(5)))
    page = read_page(_report(ConfusionMatrix(whole.classes, whole.counts / 10 * 0.7)))
    numbers = [cell.text for cell in page.find_all("td") if re.fullmatch(r"[\d.\u202f]+", cell.text)]
    assert len(numbers) > 300
    assert [text for text in numbers if re.search(r"\.\d{5}", text)] == []


def test_the_headline_shows_the_four_figures_in_percent() -> None:
    page = read_page(_report(ConfusionMatrix((0, 1), np.array([[3, 1], [1, 3]]))))
    assert [(card.find("h2").text, card.find("b").text) for card in page.find_all("li", **{"class": "tile"})] == [
        ("Accuracy", "75.0%"),
        ("Precision (macro)", "75.0%"),
        ("Recall (macro)", "75.0%"),
        ("F1 (macro)", "75.0%"),
    ]


def test_every_statistic_is_on_the_page_with_its_meaning(random_matrix: RandomMatrix) -> None:
    page = read_page(_report(random_matrix((0, 1, 2))))
    overall, classes = page.find("section", id="overall").text, page.find("section", id="classes").text
    rows = [row for table in page.find("section", id="overall").find_all("table") for row in table.find_all("tr")[1:]]
    described = [metric for metric in OVERALL.metrics if not metric.inherited]
    assert len(rows) == len(described) == 71
    assert [metric.id for metric in described if metric.definition not in overall] == []
    named = [f"{metric.title} ({metric.code}):" for metric in PER_CLASS.metrics]
    assert [text for text in named if text not in classes] == []
    columns = [
        cell for table in page.find("section", id="classes").find_all("table") for cell in table.find("tr").children
    ]
    assert len(columns) == 65 + len(PER_CLASS.groups)


def test_an_undefined_figure_is_a_dash_that_says_so() -> None:
    matrix = ConfusionMatrix((0, 1, 2), np.array([[5, 1, 0], [0, 0, 0], [2, 0, 3]]))
    page = read_page(_report(matrix))
    assert [card.find("b").text for card in page.find_all("li", **{"class": "tile"})][2] == "—"
    assert grid(page, "shares")[2] == ["1", "—", "—", "—", "0"]
    recall = [row[2] for row in grid(page, "classes")[1:]]
    assert recall == ["0.8333", "—", "0.6000"]
    dashes = [cell for cell in page.find_all("td") if cell.text == "—"]
    assert dashes
    assert {cell.attributes.get("title") for cell in dashes} == {
        "undefined: division by zero or logarithm of zero",
        "undefined, because class “1” never occurs",
        "undefined, because class “1” never occurs; 0.4778 if counted as 0",
        "undefined, because class “1” never occurs; 0.1889 if counted as 0",
    }
    cards = [card.find("p").text for card in page.find_all("li", **{"class": "tile"})]
    assert cards[2].endswith("It is undefined, because class “1” never occurs; 0.4778 if counted as 0.")
    assert re.findall(r"\b(?:None|nan|NaN|inf)\b", page.find("main").text) == []


def test_reasons_name_hostile_labels_as_text() -> None:
    # Rows are kept with gaps for what differs, which control characters stand for.
    matrix = ConfusionMatrix(("<b>\x01&\x04", "dog"), np.array([[0, 0], [2, 3]]))
    page = read_page(_report(matrix))

    undefined = [row for row in grid(page, "overall") if row[0].startswith("Recall (macro)")]

    assert undefined == [
        [
            "Recall (macro)TPR Macro",
            "—",
            "",
            (
                "Mean of the classes’ recalls, each class counting the same. "
                "It is undefined, because class “<b>␁&␄” never occurs; 0.3000 if counted as 0."
            ),
        ]
    ]


def test_a_report_has_its_own_figures_whatever_was_rendered_before() -> None:
    one, other = (ConfusionMatrix((0, 1), np.array(counts)) for counts in ([[5, 1], [2, 4]], [[3, 2], [1, 9]]))
    before = _report(one)

    assert [row[1] for row in grid(read_page(_report(other)), "overall")[1:3]] == ["0.8000", "0.7841"]
    assert _report(one) == before


def test_the_report_says_what_it_is_of(random_matrix: RandomMatrix) -> None:
    about = read_page(_report(random_matrix((0, 1)))).find("section", id="about")
    facts = dict(zip((e.text for e in about.find_all("dt")), (e.text for e in about.find_all("dd")), strict=True))
    assert {
        name: facts[name] for name in ("Name", "Matrix", "Version", "Created", "Updated", "Report created", "Classes")
    } == {
        "Name": "Digits",
        "Matrix": "5f2a91c7:Qm3zXw0b",
        "Version": "3",
        "Created": "2026-11-20 08:30 UTC",
        "Updated": "2026-11-22 17:05 UTC",
        "Report created": "2026-11-23 10:15 UTC",
        "Classes": "2",
    }


def test_the_same_values_give_the_same_bytes(hostile: tuple[Label, ...], random_matrix: RandomMatrix) -> None:
    assert _report(random_matrix(hostile)) == _report(random_matrix(hostile))


@pytest.mark.parametrize(
    "counts",
    [[[7]], [[0]], [[0, 0], [0, 0]], [[5, 5], [5, 5]], [[0, 9], [9, 0]], [[2**50, 1], [0, 2**50]]],
    ids=["one class", "one empty class", "nothing", "uniform", "all wrong", "huge"],
)
def test_odd_matrices_are_rendered(counts: list[list[int]]) -> None:
    matrix = ConfusionMatrix(tuple(range(len(counts))), np.array(counts, dtype=np.int64))
    page = read_page(_report(matrix))
    shown = [[int(text.replace("\u202f", "")) for text in row[1:-1]] for row in grid(page, "counts")[1:-1]]
    assert shown == counts


@pytest.mark.parametrize(("size", "whole"), [(40, True), (41, False)])
def test_beyond_forty_classes_the_page_says_what_it_leaves_out(
    size: int, *, whole: bool, random_matrix: RandomMatrix
) -> None:
    page = read_page(_report(random_matrix(tuple(range(size)))))
    sections = {element.attributes["id"] for element in page.find_all("section")}
    assert ({"counts", "shares"} <= sections) is whole
    text = page.find("section", id="matrix").text
    assert ("Tables of all cells are omitted, because there are more than 40 classes." in text) is not whole
    assert "GET /cm/?cm_uid=5f2a91c7:Qm3zXw0b" in text
    assert len(grid(page, "matrix")[1:]) == (10 if whole else 20)


@pytest.mark.parametrize("size", [2, 12, 60])
def test_a_report_styles_the_shades_of_its_cells_and_no_other(size: int, random_matrix: RandomMatrix) -> None:
    page = read_page(_report(random_matrix(tuple(range(size)))))
    (style,) = page.find_all("style")
    light, dark = "".join(style.texts).split("@media screen and (prefers-color-scheme: dark) {\n.")
    used = {
        name
        for element in page.walk()
        for name in (element.attributes.get("class") or "").split()
        if re.fullmatch(r"[de][1-9]\d*", name)
    }
    assert used
    for theme in (light, "." + dark):
        assert set(re.findall(r"^\.([de][1-9]\d*)\{", theme, re.MULTILINE)) == used
    assert policies(page) == [the_one_policy(page)]


def test_three_hundred_classes_with_long_labels_stay_small_and_quick() -> None:
    size = 300
    counts = np.random.default_rng(1).integers(1, 400, (size, size))
    matrix = ConfusionMatrix(tuple(f"{i}{'混' * 490}" for i in range(size)), counts)
    numbers = summary(matrix), statistics(matrix)
    start = time.process_time()
    source = render_report(matrix, *numbers, _FACTS)
    assert time.process_time() - start < 2
    assert len(source) < 3_000_000
    page = read_page(source)
    assert {len(t.find("tbody").find_all("tr")) for t in page.find("section", id="classes").find_all("table")} == {size}


def test_a_statistic_without_explanation_is_still_shown(random_matrix: RandomMatrix) -> None:
    matrix = random_matrix((0, 1))
    found = statistics(matrix)
    found.overall["New"] = 0.5
    found.per_class["Newer"] = (0.25, None)
    page = read_page(render_report(matrix, summary(matrix), found, _FACTS))
    assert [cell.text for cell in page.find("section", id="overall").find_all("tr")[-1].children] == [
        "New",
        "0.5000",
        "",
        "",
    ]
    last = page.find("section", id="classes").find_all("table")[-1]
    assert [[cell.text for cell in row.children] for row in last.find_all("tr")] == [
        ["Class", "Newer"],
        ["0", "0.2500"],
        ["1", "—"],
    ]
