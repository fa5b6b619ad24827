"""The catalogue of metrics is complete, has one name for each, and says what its documentation says."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Summary, statistics
from shared.evaluation.detection.precision.average_precision import NAMES
from shared.evaluation.metrics import CALCULATOR, CATALOGUE, DETECTION, FAMILIES, OVERALL, PER_CLASS, Family, Metric
from shared.evaluation.metrics.docs_page import page

METRICS = list(CATALOGUE.values())

_STATISTICS = statistics(ConfusionMatrix((0, 1, 2), np.array([[5, 1, 0], [2, 7, 1], [0, 1, 4]])))


def test_every_metric_has_one_id() -> None:
    assert sum(len(family.metrics) for family in FAMILIES) == len(CATALOGUE)


def test_names_for_other_programs_are_safe_and_different() -> None:
    names = [metric.plain_name for metric in METRICS]

    assert [name for name in names if not re.fullmatch("[a-z][a-z0-9_]*", name)] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("family", "statistics", "total"), [(PER_CLASS, _STATISTICS.per_class, 65), (OVERALL, _STATISTICS.overall, 69)]
)
def test_every_statistic_of_pycm_is_described_exactly_once(
    family: Family, statistics: dict[str, object], total: int
) -> None:
    named = Counter(metric.pycm for metric in family.metrics if metric.pycm)

    assert named == Counter(statistics.keys())
    assert named.total() == total


def test_definitions_are_short_sentences() -> None:
    for metric in METRICS:
        assert metric.title, metric.id
        assert metric.formula, metric.id
        assert metric.definition.endswith("."), metric.id
        assert 10 < len(metric.definition) <= 110, metric.id


def test_a_mean_is_undefined_exactly_where_what_it_is_the_mean_of_is() -> None:
    means = [metric for metric in METRICS if metric.mean_of]

    assert {(metric.id, metric.undefined) for metric in means} == {
        (metric.id, CATALOGUE[str(metric.mean_of)].undefined) for metric in means
    }
    assert {CATALOGUE[str(metric.mean_of)].averaging for metric in means} == {"class"}


def test_when_a_metric_is_undefined_is_told_of_a_class_or_of_all() -> None:
    assert CATALOGUE["precision.class"].undefined_when() == "the class is never predicted"
    assert CATALOGUE["precision.macro"].undefined_when() == "one class is never predicted"
    assert CATALOGUE["mcc"].undefined_when() == "all samples are of one class or all samples are predicted as one class"
    assert CATALOGUE["tp.class"].undefined_when() == ""


def test_only_metrics_of_scores_are_called_areas_under_curves() -> None:
    def called_area(metric: Metric) -> bool:
        return bool(re.search(r"\b(AUC|ROC|AU(N|P)[UPR]|area)\b", f"{metric.title} {metric.code}", re.IGNORECASE))

    named = {metric.id: metric for metric in METRICS if called_area(metric)}

    assert {metric.code for metric in named.values() if metric.needs != "scores"} == {
        "AUC of labels",
        "AUNU of labels",
        "AUNP of labels",
        "AUPR of labels",
    }
    assert {metric.title for metric in named.values() if metric.needs != "scores"} == {
        "Balanced accuracy",
        "Mean balanced accuracy of the classes",
        "Weighted balanced accuracy of the classes",
        "Mean of precision and recall",
    }


def test_the_fields_of_other_answers_are_names_of_metrics() -> None:
    fields = {
        family: {metric.field for metric in family.metrics if metric.field}
        for family in (OVERALL, PER_CLASS, CALCULATOR, DETECTION)
    }
    calculated = {entry.name for entry in CONFUSION.entries} - {"sensitivity"}

    assert fields == {
        OVERALL: set(Summary.__dataclass_fields__),
        PER_CLASS: calculated,
        CALCULATOR: {entry.name for calculator in (DIAGNOSTIC, FBETA) for entry in calculator.entries},
        DETECTION: set(NAMES),
    }


def test_the_documentation_is_what_the_catalogue_makes_it() -> None:
    assert (Path(__file__).parents[4] / "docs/metrics.md").read_text() == page()
