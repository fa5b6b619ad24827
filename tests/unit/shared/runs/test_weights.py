"""Weights of samples count in every figure of a run: scikit-learn's with the same weights."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    confusion_matrix,
    matthews_corrcoef,
    precision_recall_fscore_support,
    roc_auc_score,
)

from shared.evaluation.intervals.of_matrix import Estimate
from shared.runs import results
from shared.runs.errors import ColumnUnknown, RowsInvalid, WeightsInvalid
from shared.runs.ingest.file_to_run import IngestedRun
from shared.runs.mapping import NeedsMapping
from shared.runs.parts.plans import PartSizes
from shared.runs.rows.filters import Condition, RowFilter
from shared.runs.rows.scanning import RowScan
from shared.runs.summary import RunSummary
from tests.unit.shared.runs.part_files import facts, read_in_parts, read_whole
from tests.unit.shared.runs.reading_files import read, read_joined

CLASSES = ["a", "b", "c"]
WEIGHTS = st.one_of(st.just(0.0), st.floats(1e-9, 1e9), st.integers(1, 9).map(float))
LABELS = st.sampled_from(CLASSES)
SAMPLES = st.lists(
    st.tuples(
        st.sampled_from(CLASSES), st.sampled_from(CLASSES), st.floats(0, 1, width=32), st.sampled_from("xy"), WEIGHTS
    ),
    min_size=4,
    max_size=30,
).filter(lambda rows: any(row[4] > 0 and row[4] != 1 for row in rows))
BASE = [(a, p, 0.5, "x", 1.0) for a in CLASSES for p in CLASSES]


def text_of(rows: list[Any], *, header: str = "y_true,y_pred,prob_a,site,sample_weight") -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def drawn(rows: int = 300, seed: int = 0) -> list[Any]:
    random = np.random.default_rng(seed)
    columns = random.choice(CLASSES, rows), random.choice(CLASSES, rows), random.random(rows).round(2)
    return [*zip(*columns, random.choice(["x", "y"], rows), random.gamma(1.0, 2.0, rows).round(3), strict=True)]


def figures(summary: RunSummary) -> Any:
    by_class = results.estimates_by_class(summary.matrix)
    areas = results.area_estimates(summary, is_slice=False)
    return (
        results.overall(summary.matrix)[0],
        {name: [one.value for one in ones] for name, ones in by_class.items()},
        [area.value for area in areas],
    )


def test_metrics_of_weighted_samples_are_those_of_scikit_learn(tmp_path: Path) -> None:
    rows = drawn()
    actual, predicted, _, _, weights = (list(column) for column in zip(*rows, strict=True))

    ingested = read(tmp_path, text_of(rows), scores=None)

    summary = ingested.finished.summary
    overall, by_class, _ = figures(summary)
    given_weights = {"sample_weight": weights}
    ours = confusion_matrix(actual, predicted, **given_weights)
    precision, recall, f1, support = precision_recall_fscore_support(actual, predicted, **given_weights)
    assert summary.matrix.counts == pytest.approx(ours, rel=1e-12)
    assert summary.matrix.counts.sum(axis=1) == pytest.approx(support, rel=1e-12)
    assert summary.matrix.of_rows.counts.tolist() == confusion_matrix(actual, predicted).tolist()
    assert (by_class["precision"], by_class["recall"], by_class["f1"]) == (
        pytest.approx(precision), pytest.approx(recall), pytest.approx(f1),
    )  # fmt: skip
    assert {name: overall[name] for name in ("accuracy", "balanced_accuracy", "mcc", "kappa", "f1_macro")} == {
        "accuracy": pytest.approx(accuracy_score(actual, predicted, **given_weights)),
        "balanced_accuracy": pytest.approx(balanced_accuracy_score(actual, predicted, **given_weights)),
        "mcc": pytest.approx(matthews_corrcoef(actual, predicted, **given_weights)),
        "kappa": pytest.approx(cohen_kappa_score(actual, predicted, **given_weights)),
        "f1_macro": pytest.approx(f1.mean()),
    }
    assert ingested.finished.notices == ["“sample_weight” holds weights: each sample counts as much as its weight."]


@pytest.mark.parametrize("form", ["{:.2f}", "{:.6f}"])
def test_the_roc_auc_of_weighted_samples_is_that_of_scikit_learn(tmp_path: Path, form: str) -> None:
    random = np.random.default_rng(1)
    actual, weights = random.integers(0, 2, 500), random.gamma(1.0, 1.0, 500).round(3)
    scores = [form.format(score) for score in np.clip(random.normal(0.4 + 0.2 * actual, 0.2), 0, 1)]
    rows = zip(actual, scores, weights, strict=True)

    summary = read(tmp_path, text_of([*rows], header="y_true,prob_1,sample_weight")).finished.summary

    right = roc_auc_score(actual, [float(score) for score in scores], sample_weight=weights)
    assert summary.roc_auc is not None
    assert summary.roc_auc == pytest.approx([right, right], rel=1e-12)
    assert {one.method for one in results.area_estimates(summary, is_slice=False)} == {"weighted-delong"}


@settings(max_examples=25)
@given(rows=SAMPLES, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_figure(rows: list[Any], seed: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        first = read(Path(name), text_of([*rows, *BASE]), scores={"a": "prob_a"}).finished
        mixed = [*rows, *BASE]
        seed.shuffle(mixed)
        second = read(Path(name), text_of(mixed), scores={"a": "prob_a"}).finished

    # Neither the order of the codes is the same.
    same = ("weights", "squares", "counts", "roc_auc", "roc_auc_spread")
    assert {field: getattr(first.summary, field) for field in same} == {
        field: getattr(second.summary, field) for field in same
    }
    assert first.slices == second.slices


@settings(max_examples=25)
@given(rows=SAMPLES, group=st.integers(1, 9), size=st.integers(1, 9), seed=st.integers(0, 9))
def test_a_weighted_file_in_parts_is_the_same_run(rows: list[Any], group: int, size: int, seed: int) -> None:
    columns = [list(column) for column in zip(*[*rows, *BASE], strict=True)]
    names = ["y_true", "y_pred", "prob_a", "site", "sample_weight"]
    with tempfile.TemporaryDirectory() as name:
        folder, path = Path(name), Path(name) / "file.parquet"
        pq.write_table(pa.table(dict(zip(names, columns, strict=True))), path, row_group_size=group)
        for part in ("parts", "whole"):
            (folder / part).mkdir()
        whole = read_whole(path, folder / "whole", scores=None)
        parts = read_in_parts(path, folder / "parts", PartSizes(size, 1), seed, scores=None)

        assert parts is None or facts(parts, folder / "parts") == facts(whole, folder / "whole")


@given(rows=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab"), st.sampled_from([0.1, 0.5, 0.9]),
                               st.sampled_from("xy"), st.integers(0, 4)), min_size=1, max_size=20))  # fmt: skip
def test_whole_weights_are_repeated_rows(rows: list[Any]) -> None:
    rows = [*rows, ("a", "b", 0.5, "x", 2), ("b", "a", 0.5, "y", 1)]
    repeated = [row[:4] for row in rows for _ in range(row[4])]
    with tempfile.TemporaryDirectory() as name:
        scores: dict[str, Any] = {"scores": {"a": "prob_a"}}
        weighted = read(Path(name), text_of(rows), **scores).finished
        plain = read(Path(name), text_of(repeated, header="y_true,y_pred,prob_a,site"), **scores).finished

    assert weighted.summary.matrix.counts.tolist() == plain.summary.matrix.counts.tolist()
    assert figures(weighted.summary) == (*figures(plain.summary)[:2], pytest.approx(figures(plain.summary)[2]))


def test_weights_that_are_all_one_make_the_run_without_weights(tmp_path: Path) -> None:
    rows = [(*row[:4], 1) for row in drawn()]

    weighted, plain = (
        read(tmp_path, text_of(rows), scores={"a": "prob_a"}, weight=weight).finished
        for weight in ("sample_weight", None)
    )

    assert (weighted.summary, weighted.slices) == (plain.summary, plain.slices)
    assert weighted.notices == [
        "Every weight in “sample_weight” is 1: the samples count as without weights.",
        *plain.notices,
    ]


def test_equal_weights_have_the_intervals_of_samples_without_weights(tmp_path: Path) -> None:
    rows = [(*row[:4], 0.25) for row in drawn()]

    weighted, plain = (
        read(tmp_path, text_of(rows), scores=None, weight=weight).finished.summary for weight in ("sample_weight", None)
    )

    def estimated(summary: RunSummary) -> list[Estimate]:
        by_class = results.estimates_by_class(summary.matrix).values()
        return [*results.estimates(summary.matrix).values(), *(one for ones in by_class for one in ones)]

    for ours, theirs in zip(estimated(weighted), estimated(plain), strict=True):
        if theirs.method == "delta":
            # Without weights it moderates the spread of few samples.
            continue
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
        assert str(ours.method) == f"weighted-{theirs.method}"


def scanned(ingested: IngestedRun, folder: Path) -> RowScan:
    return RowScan(folder / "rows.parquet", ingested.finished.summary)


def test_slices_and_scans_of_weighted_rows_count_the_same(tmp_path: Path) -> None:
    rows = drawn()
    ingested = read(tmp_path, text_of(rows), scores=None)
    table, whole = ingested.finished.slices[-1], ingested.finished.summary.matrix

    scan = scanned(ingested, tmp_path)
    of_table = results.matrix_of_slice(table, "x", whole)
    of_scan = scan.counts([Condition("site", "x")])
    (worst, best) = results.slices([table], whole, "accuracy", None, 1)

    assert of_table.counts.tolist() == of_scan.counts.tolist()
    assert of_table.of_rows.counts.tolist() == of_scan.of_rows.counts.tolist()
    assert scan.counts([]).counts.tolist() == whole.counts.tolist()
    own = [row for row in rows if row[3] == worst.value]
    right = accuracy_score([row[0] for row in own], [row[1] for row in own], sample_weight=[row[4] for row in own])
    assert worst.metric == pytest.approx(right)
    assert worst.support == len(own)
    assert worst.weight == pytest.approx(sum(row[4] for row in own))
    assert worst.accuracy is not None
    assert worst.accuracy.method == "weighted-wilson"
    assert worst.support + best.support == len(rows)


def test_a_sample_is_shown_with_its_weight(tmp_path: Path) -> None:
    ingested = read(tmp_path, text_of([*BASE, ("a", "b", 0.5, "x", 2.5)]), scores=None)

    page = scanned(ingested, tmp_path).page(RowFilter(0, 1), after=None, limit=5)

    assert [(row.number, row.weight) for row in page.rows] == [(2, 1.0), (10, 2.5)]


REFUSED = {
    "negative": ("a,b,-1\n", RowsInvalid, "Row 2 (line 3), column “sample_weight”: the weight is not 0 or a number"),
    "missing": ("a,b,\n", RowsInvalid, "Row 2 (line 3), column “sample_weight”: “” is not a number; write one."),
    "infinite": ("a,b,inf\n", RowsInvalid, "Row 2 (line 3), column “sample_weight”: the weight is not 0 or a number"),
    "too large": ("a,b,1e10\n", RowsInvalid, "Row 2 (line 3), column “sample_weight”: the weight is not 0 or a number"),
    "all zero": (
        "a,b,0\n",
        WeightsInvalid,
        "All weights in “sample_weight” are 0; give some samples a weight above 0.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_weights_that_cannot_count_are_refused_with_their_place(tmp_path: Path, case: str) -> None:
    row, error, detail = REFUSED[case]
    with pytest.raises(error) as raised:
        read(tmp_path, f"y_true,y_pred,sample_weight\na,a,0\n{row}")

    assert str(raised.value).startswith(detail)


def test_a_column_with_any_name_is_the_weight_if_the_request_says_so(tmp_path: Path) -> None:
    text = "y_true,y_pred,kilos\na,a,2\na,b,0.5\nb,b,1\n"

    named = read(tmp_path, text, weight="kilos").finished.summary

    assert (named.matrix.counts.tolist(), named.metadata, named.weight_column) == ([[2, 0.5], [0, 1]], [], "kilos")
    with pytest.raises(ColumnUnknown):
        read(tmp_path, text, weight="pounds")


ASKED = {
    "two": ("y_true,y_pred,sample_weight,case_weight\na,a,1,2\nb,a,1,2\n", ["sample_weight", "case_weight"]),
    "counts": ("y_true,y_pred,count\na,a,20\nb,a,1\n", ["count"]),
    "label sets": ('y_true,y_pred,sample_weight\n"[""a""]","[""b""]",2\n"[""b""]","[""b""]",1\n', ["sample_weight"]),
}


@pytest.mark.parametrize("case", ASKED)
def test_weights_that_are_not_certain_are_asked_about(tmp_path: Path, case: str) -> None:
    text, candidates = ASKED[case]
    with pytest.raises(NeedsMapping) as raised:
        read(tmp_path, text)

    assert [(question.asks, question.candidates) for question in raised.value.questions] == [("weight", candidates)]


@pytest.mark.parametrize("text", ["2.5", "-1"])
def test_weights_beside_the_actual_labels_count(tmp_path: Path, text: str) -> None:
    truth = f"id,label,sample_weight\n1,cat,1\n2,dog,{text}\n"
    predictions = "id,prediction\n2,cat\n1,cat\n"
    if text == "-1":
        with pytest.raises(RowsInvalid, match=r"Row 1 \(line 2\), column “sample_weight”: the weight is not 0"):
            read_joined(tmp_path, predictions, truth)
        return

    assert read_joined(tmp_path, predictions, truth).finished.summary.matrix.counts.tolist() == [[1, 0], [2.5, 0]]
