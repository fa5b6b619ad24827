"""The classes of a gate are those of the samples that count, whichever way a run writes them."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shared.comparisons.sides import ComparedSide
from shared.evaluation.types import Label
from shared.gates.evaluating import evaluate
from shared.gates.policy import GateBaseline, GateMetric, GatePolicy
from shared.gates.results import CheckResult

N = 100
TRUTH = np.arange(N) % 2


def side(classes: list[Label], **changes: Any) -> ComparedSide:
    return ComparedSide(classes, TRUTH, TRUTH, pa.array([f"s{i}" for i in range(N)]))._replace(**changes)


def checked(baseline: ComparedSide, candidate: ComparedSide, **metric: Any) -> CheckResult:
    policy = GatePolicy(baseline=GateBaseline(tag="main"), metrics=[GateMetric(**metric)])
    return evaluate(baseline, candidate, policy)


@pytest.mark.parametrize("classes", [[0, 1], [0.0, 1.0], ["0", "1"]])
@pytest.mark.parametrize("other", [[0, 1], [0.0, 1.0], ["0", "1"]])
def test_a_label_names_a_class_whether_runs_have_it_as_a_number_or_a_text(
    classes: list[Label], other: list[Label]
) -> None:
    (reason,) = checked(side(classes), side(other), metric="recall.class", label="1").reasons

    assert reason.test is not None
    assert (reason.outcome, reason.test.label, reason.test.samples) == ("pass", classes[1], N // 2)


def test_a_class_of_samples_without_weight_is_no_second_class() -> None:
    weighted = side(["ham", "spam"], weights=1.0 - TRUTH, weighted_by="w")

    result = checked(weighted, weighted, metric="balanced_accuracy")

    assert [(reason.outcome, reason.text) for reason in result.reasons] == [
        ("fail", "All samples have the same true class, so the runs cannot be compared as classifiers.")
    ]
