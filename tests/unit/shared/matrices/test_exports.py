"""Exports are read back by programs that are not ours: csv, PyCM, and a Markdown renderer."""

import csv
import io
import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import numpy as np
import pycm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import statistics, summary
from shared.evaluation.types import Label
from shared.kit.csv_text import csv_text
from shared.matrices import exports
from shared.matrices.records import CountedMatrix, Description

MOMENT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
UID = UUID("01a20994-9b37-72ed-8009-0eae0b318aa4")
HOSTILE: tuple[str, ...] = (
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    'a"b,c;d',
    "| a | b |",
    "`x` **b** _i_ ~~s~~",
    "[link](javascript:1) ![x](y) https://example.com www.example.com",
    "<script>alert(1)</script> &lt; <!-- -->",
    "two\nlines",
    "# 1. > \\ \\|",
    "混同",
)
labels = st.lists(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1), min_size=2, max_size=4
)


def counted(classes: tuple[Label, ...], counts: Any, name: str | None = None) -> CountedMatrix:
    matrix = ConfusionMatrix(classes, np.asarray(counts))
    return CountedMatrix(
        uid=UID,
        version=3,
        matrix=matrix,
        sample_count=int(matrix.counts.sum()),
        summary=summary(matrix),
        description=Description(name=name, tags=["x"]),
        created_at=MOMENT,
        updated_at=MOMENT,
    )


def random_counts(size: int) -> Any:
    return np.random.default_rng(size).integers(0, 9, (size, size))


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


class Rendered(HTMLParser):
    """The tags of a page, and the texts of its cells."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.texts: dict[str, list[str]] = {"h1": [], "th": [], "td": []}
        self._open = ""
        self.feed(MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        self.tags.add(tag)
        self._open = tag
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in self.texts:
            self.texts[self._open][-1] += data


def test_json_holds_the_matrix_its_description_and_every_statistic() -> None:
    matrix = counted(("a", "b"), [[3, 1], [0, 0]], name="Night")
    computed = statistics(matrix.matrix)

    found = json.loads(exports.json_text(matrix, computed))

    assert found == {
        "uid": str(UID),
        "version": 3,
        "name": "Night",
        "tags": ["x"],
        "model_name": None,
        "model_version": None,
        "data_set": None,
        "created_at": "2026-11-20T08:30:00Z",
        "updated_at": "2026-11-20T08:30:00Z",
        "sample_count": 4,
        "classes": ["a", "b"],
        "normalised": False,
        "confusion_matrix": [[3, 1], [0, 0]],
        "overall": json.loads(json.dumps(computed.overall)),
        "per_class": json.loads(json.dumps(computed.per_class)),
        "undefined": found["undefined"],
    }
    assert set(found["undefined"]) == {name for name, value in computed.overall.items() if value is None}
    assert found["undefined"]["TPR Macro"] == {
        "metric": "recall.macro",
        "reason": "class “b” never occurs",
        "classes": ["b"],
        "counted_as_zero": 0.375,
    }
    shares = json.loads(exports.json_text(matrix, computed, normalised=True))
    assert (shares["normalised"], shares["confusion_matrix"]) == (True, [[0.75, 0.25], [None, None]])


def test_the_matrix_as_csv_has_labels_on_both_sides() -> None:
    matrix = ConfusionMatrix((-1, 0.5), np.array([[1200, 3], [0, 0]]))

    assert exports.matrix_csv(matrix) == "actual/predicted,-1,0.5\r\n-1,1200,3\r\n0.5,0,0\r\n"
    assert rows_of(exports.matrix_csv(matrix, normalised=True))[1:] == [
        ["-1", str(1200 / 1203), str(3 / 1203)],
        ["0.5", "", ""],
    ]
    assert exports.matrix_csv(ConfusionMatrix(("a",), np.array([[0.75]]))) == "actual/predicted,a\r\na,0.75\r\n"


@pytest.mark.parametrize("label", ["+", "-", "-1", "+1.5", "-.5", "-1e-5", "+2."])
def test_a_lone_sign_and_a_number_are_no_formulas(label: str) -> None:
    assert rows_of(csv_text([], [[label]])) == [[label]]


@pytest.mark.parametrize("label", ["-1+1", "+A1", "-", "--1", "-1e", "+1 ", "=", "@", "-1\n", "+.", "-e5", "=1"])
def test_what_may_be_a_formula_is_text(label: str) -> None:
    guarded = label if label == "-" else f"'{label}"
    assert rows_of(csv_text([], [[label]])) == [[guarded]]


def test_no_text_in_a_csv_is_a_formula_and_none_is_changed_otherwise() -> None:
    matrix = ConfusionMatrix(HOSTILE, random_counts(len(HOSTILE)))
    plain = ("+1", "-1")
    guarded = [f"'{label}" if label[0] in "=+-@\t\r" and label not in plain else label for label in HOSTILE]
    computed = statistics(matrix)

    table = rows_of(exports.matrix_csv(matrix))
    per_class = rows_of(exports.per_class_csv(HOSTILE, computed))

    assert (table[0][1:], [row[0] for row in table[1:]]) == (guarded, guarded)
    assert [[int(cell) for cell in row[1:]] for row in table[1:]] == matrix.counts.tolist()
    assert [row[0] for row in per_class[1:]] == guarded
    assert sum(label.startswith("'") for label in guarded) == 4


def is_number_or_sign(text: str) -> bool:
    if text in {"+", "-"}:
        return True
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and "_" not in text and text == text.strip() and not text[1:2].isalpha()


@given(labels)
def test_any_label_survives_the_csv(texts: list[str]) -> None:
    header = rows_of(exports.matrix_csv(ConfusionMatrix(tuple(texts), random_counts(len(texts)))))[0]

    guarded = [text[0] in "=+-@" and not is_number_or_sign(text) for text in texts]
    assert header[1:] == [f"'{text}" if is_guarded else text for text, is_guarded in zip(texts, guarded, strict=True)]


def test_statistics_as_csv_are_numbers_or_nothing() -> None:
    matrix = ConfusionMatrix(("a", "b"), np.array([[3, 1], [0, 0]]))
    computed = statistics(matrix)

    overall = rows_of(exports.overall_csv(computed))
    per_class = rows_of(exports.per_class_csv(matrix.classes, computed))

    assert overall[0] == ["statistic", "value", "second value"]
    assert {len(row) for row in overall} == {3}
    by_name = {row[0]: row[1:] for row in overall[1:]}
    assert by_name.keys() == computed.overall.keys()
    assert by_name["Overall ACC"] == ["0.75", ""]
    assert by_name["TPR Macro"] == ["", ""]
    assert tuple(map(float, by_name["95% CI"])) == computed.overall["95% CI"]
    assert per_class[0] == ["class", *computed.per_class]
    column = per_class[0].index("TPR")
    assert [(row[0], row[column]) for row in per_class[1:]] == [("a", "0.75"), ("b", "")]


@pytest.mark.parametrize(
    "classes",
    [HOSTILE, (0, 1, 2), (0.5, 1, 2.5), ("2", "10", "1"), (-3, 2**53)],
    ids=["hostile", "integers", "fractions", "numeric text", "large"],
)
def test_pycm_loads_its_file_with_the_same_labels_and_statistics(classes: tuple[Label, ...]) -> None:
    matrix = ConfusionMatrix(classes, random_counts(len(classes)))
    computed = statistics(matrix)

    loaded = pycm.ConfusionMatrix(file=io.StringIO(exports.pycm_object(matrix).decode()))

    assert loaded.classes == sorted(classes)
    assert [[loaded.table[a][p] for p in classes] for a in classes] == matrix.counts.tolist()
    for name, values in loaded.class_stat.items():
        theirs = [None if values[label] == "None" else values[label] for label in classes]
        assert list(computed.per_class[name]) == pytest.approx(theirs), name
    for name, value in loaded.overall_stat.items():
        if isinstance(value, float) and name != "P-Value":
            assert computed.overall[name] == pytest.approx(value), name


def test_pycm_loads_weighted_counts() -> None:
    matrix = ConfusionMatrix(("a", "b"), np.array([[1.25, 0.5], [0.1, 3.0]]))

    loaded = pycm.ConfusionMatrix(file=io.StringIO(exports.pycm_object(matrix).decode()))

    assert loaded.table == {"a": {"a": 1.25, "b": 0.5}, "b": {"a": 0.1, "b": 3.0}}
    assert statistics(matrix).overall["Kappa"] == pytest.approx(loaded.Kappa)


def test_pycm_loads_one_class_as_it_would_count_it() -> None:
    exported = exports.pycm_object(ConfusionMatrix((1,), np.array([[3]]))).decode()

    assert pycm.ConfusionMatrix(file=io.StringIO(exported)) == pycm.ConfusionMatrix([1, 1, 1], [1, 1, 1])


# PyCM leaves its file open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_pycm_file_has_the_fields_of_pycms_own(tmp_path: Any) -> None:
    theirs = pycm.ConfusionMatrix(matrix={"a": {"a": 3, "b": 1}, "b": {"a": 0, "b": 2}})
    theirs.save_obj(str(tmp_path / "m"), save_vector=False)
    wanted = json.loads((tmp_path / "m.obj").read_text())

    ours = json.loads(exports.pycm_object(ConfusionMatrix(("a", "b"), np.array([[3, 1], [0, 2]]))))

    # PyCM decides again whether the classes are balanced.
    assert ours == {**wanted, "Imbalanced": None}


def test_markdown_shows_the_matrix_and_the_main_figures() -> None:
    matrix = counted(("cat", "dog"), [[3, 1], [0, 4]], name="Night")

    text = exports.markdown(matrix, statistics(matrix.matrix))

    assert text == (
        "# Night\n\nRows are actual classes, columns are predicted classes.\n\n"
        "|  | cat | dog |\n| --- | ---: | ---: |\n| cat | 3 | 1 |\n| dog | 0 | 4 |\n\n"
        "## Main metrics\n\n"
        "| Metric | Value |\n| --- | ---: |\n| Accuracy | 0.8750 |\n| Precision (macro) | 0.9000 |\n"
        "| Recall (macro) | 0.8750 |\n| F1 (macro) | 0.8730 |\n| Cohen's kappa | 0.7500 |\n"
        "| Matthews correlation coefficient | 0.7746 |\n\n"
        "| Class | Precision | Recall | F1 score | Support |\n| --- | ---: | ---: | ---: | ---: |\n"
        "| cat | 1 | 0.7500 | 0.8571 | 4 |\n| dog | 0.8000 | 1 | 0.8889 | 4 |\n"
    )


def test_hostile_labels_and_names_are_text_in_markdown() -> None:
    matrix = counted(HOSTILE, random_counts(len(HOSTILE)), name="\n".join(HOSTILE))
    text = exports.markdown(matrix, statistics(matrix.matrix))
    one_line = [" ".join(label.splitlines()).strip() for label in HOSTILE]

    page = Rendered(text)

    assert page.tags == {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.texts["th"][1 : len(HOSTILE) + 1] == one_line
    assert page.texts["td"][:: len(HOSTILE) + 1][: len(HOSTILE)] == one_line
    assert len(page.texts["h1"]) == 1
    assert "<script>alert(1)</script>" in page.texts["h1"][0]


@given(labels)
def test_any_label_survives_markdown(texts: list[str]) -> None:
    matrix = counted(tuple(texts), random_counts(len(texts)))

    page = Rendered(exports.markdown(matrix, statistics(matrix.matrix)))

    assert [cell.split() for cell in page.texts["th"][1 : len(texts) + 1]] == [text.split() for text in texts]
    assert page.tags == {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td"}


def test_markdown_writes_shares_weights_and_what_is_undefined() -> None:
    weighted = counted(("a", "b"), np.array([[1.9999999, 1e-7], [0.0, 0.0]]))
    computed = statistics(weighted.matrix)

    counts = Rendered(exports.markdown(weighted, computed)).texts["td"]
    shares = Rendered(exports.markdown(weighted, computed, normalised=True)).texts["td"]

    assert counts[:6] == ["a", "2.0000", "1.000e-07", "b", "0", "0"]
    assert shares[:6] == ["a", "1.0000", "5.000e-08", "b", "–", "–"]
    assert shares[6:18:2] == [
        "Accuracy",
        "Precision (macro)",
        "Recall (macro)",
        "F1 (macro)",
        "Cohen's kappa",
        "Matthews correlation coefficient",
    ]
    assert shares[-5:] == ["b", "0", "–", "0", "0"]
