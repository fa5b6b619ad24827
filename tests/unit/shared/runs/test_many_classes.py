"""A run of thousands of classes keeps the cells that are not zero, and answers from them as from all."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn

from shared.runs import results
from shared.runs.errors import TooManyRunClasses
from shared.runs.summary import packed, unpacked
from tests.unit.shared.runs.reading_files import LIMITS, read

CLASSES = 1300
_random = np.random.default_rng(5)
_actual = np.concatenate([np.arange(CLASSES), _random.integers(0, CLASSES, 3000)])
_predicted = np.where(_random.random(len(_actual)) < 0.7, _actual, (_actual + 1) % CLASSES)
ACTUAL, PREDICTED = ([f"class {code:04}" for code in codes] for codes in (_actual, _predicted))
SITES = ["north" if code % 3 else "south" for code in range(len(ACTUAL))]
NAMED: dict[str, Any] = {"truth": "actual", "prediction": "predicted"}


def file() -> str:
    rows = zip(ACTUAL, PREDICTED, SITES, strict=True)
    return "actual,predicted,site\n" + "\n".join(",".join(row) for row in rows)


def test_a_run_of_many_classes_says_what_scikit_learn_does(tmp_path: Path) -> None:
    found = read(tmp_path, file(), LIMITS._replace(max_classes=CLASSES), **NAMED)
    summary = unpacked(packed(found.finished.summary))
    values, _ = results.overall(summary.matrix)

    assert summary.matrix.is_sparse
    assert summary.counts == b""
    assert summary.errors == sum(map(str.__ne__, ACTUAL, PREDICTED))
    assert values["accuracy"] == pytest.approx(sklearn.accuracy_score(ACTUAL, PREDICTED))
    assert values["recall_macro"] == pytest.approx(sklearn.recall_score(ACTUAL, PREDICTED, average="macro"))
    assert values["kappa"] == pytest.approx(sklearn.cohen_kappa_score(ACTUAL, PREDICTED))
    assert values["mcc"] == pytest.approx(sklearn.matthews_corrcoef(ACTUAL, PREDICTED))


def test_its_slices_are_those_of_its_rows(tmp_path: Path) -> None:
    found = read(tmp_path, file(), LIMITS._replace(max_classes=CLASSES), **NAMED)
    summary = found.finished.summary
    own = [at for at, site in enumerate(SITES) if site == "south"]
    expected = sklearn.confusion_matrix(
        [ACTUAL[at] for at in own], [PREDICTED[at] for at in own], labels=[*map(str, summary.classes)]
    )
    table = results.table_of(found.finished.slices, "site")
    sliced = results.matrix_of_slice(table, "south", summary.matrix)

    assert sliced.cells.counts.tolist() == expected[expected > 0].tolist()
    assert sliced.hits.tolist() == expected.diagonal().tolist()
    whole = results.whole_of(table, summary.classes)
    assert whole.cells.counts.tolist() == summary.matrix.cells.counts.tolist()
    worst = results.slices([table], summary.matrix, "accuracy", None, 1)
    assert {one.value: one.support for one in worst} == {site: SITES.count(site) for site in ("north", "south")}


def test_more_classes_than_are_counted_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TooManyRunClasses) as refused:
        read(tmp_path, file(), LIMITS._replace(max_classes=CLASSES - 1), **NAMED)

    assert refused.value.detail == (
        "There are labels of 1,300 classes; up to 1299 are counted. Name the column of labels, if these are ids or "
        "scores; else merge rare classes."
    )
