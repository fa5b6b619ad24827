import json
from io import BytesIO

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from shared.curves import CurveInputs, LabelledProbabilities, check
from shared.curves.kinds.curve import CurveType
from worker.rendering.curve_result import AXES, write_points


def _inputs(labels: list[str]) -> CurveInputs:
    random = np.random.default_rng(7)
    rows = random.dirichlet([1.0] * len(labels), 60).round(2)
    rows[:, -1] = 1 - rows[:, :-1].sum(axis=1)
    # The last class never occurs.
    actual = [labels[place] for place in random.integers(0, len(labels) - 1, 60)]
    return check(LabelledProbabilities(actual, rows.clip(0, 1).tolist(), labels), max_classes=10, max_label_length=100)


def test_the_points_of_every_class_that_occurs_are_those_of_scikit_learn() -> None:
    labels = ["a", 'quo"te', "ü\u2028", "never"]
    inputs = _inputs(labels)

    body = BytesIO()
    write_points(body, inputs, "ROC")

    written = json.loads(body.getvalue())
    assert (written["type"], list(written["curves"])) == ("ROC", labels[:3])
    for column, label in enumerate(labels[:3]):
        fpr, tpr, thresholds = roc_curve(
            inputs.codes == column, inputs.probabilities[:, column], drop_intermediate=False
        )
        points = written["curves"][label]
        assert (points["fpr"], points["tpr"]) == (pytest.approx(fpr), pytest.approx(tpr))
        assert points["thresholds"] == [None, *thresholds[1:].tolist()]


@pytest.mark.parametrize("kind", ["ROC", "PR"])
def test_a_single_class_is_a_whole_document(kind: CurveType) -> None:
    inputs = check(LabelledProbabilities([0, 1], [[0.8, 0.2], [0.3, 0.7]]), max_classes=2, max_label_length=10)

    body = BytesIO()
    write_points(body, inputs, kind)

    written = json.loads(body.getvalue())
    members = {*AXES[kind], "thresholds"}
    assert {name: set(points) for name, points in written["curves"].items()} == {"0": members, "1": members}
