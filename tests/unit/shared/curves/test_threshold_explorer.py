import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from shared.curves.inputs import CurveInputs
from shared.curves.threshold_explorer import STEPS, measure_class
from shared.evaluation.inputs.label_codes import Codes
from shared.kit.errors import InvalidInput


def _inputs(positive: list[int], scores: list[float]) -> CurveInputs:
    codes: Codes = np.array(positive, np.uint8)
    column = np.array(scores)
    return CurveInputs(("no", "yes"), codes, np.stack([1 - column, column], axis=1), None)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), min_size=2, max_size=60))
def test_every_step_is_the_matrix_that_its_threshold_makes(samples: list[tuple[int, int]]) -> None:
    positive, scores = [one for one, _ in samples], [score / 20 for _, score in samples]
    explorer = measure_class(_inputs(positive, scores), 1)
    if len(set(positive)) == 1:
        assert (explorer.roc, explorer.steps) == (None, [])
        return

    assert [step.threshold for step in explorer.steps] == sorted(set(scores), reverse=True)
    for step in explorer.steps:
        called = [int(score >= step.threshold) for score in scores]
        ((tn, fp), (fn, tp)) = confusion_matrix(positive, called, labels=[0, 1])
        assert (step.tp, step.fp, step.fn, step.tn) == (tp, fp, fn, tn)
    assert explorer.roc_area == pytest.approx(roc_auc_score(positive, scores))
    assert explorer.average_precision == pytest.approx(average_precision_score(positive, scores))
    rates = [step.tp / sum(positive) - step.fp / (len(positive) - sum(positive)) for step in explorer.steps]
    assert rates[explorer.best] == pytest.approx(max(rates))


def test_many_thresholds_become_as_many_steps_as_a_slider_has() -> None:
    random = np.random.default_rng(1)
    scores = random.random(20_000)
    explorer = measure_class(_inputs((random.random(20_000) < scores).astype(int).tolist(), scores.tolist()), 1)

    assert len(explorer.steps) == STEPS
    assert explorer.steps[0].threshold == scores.max()
    assert explorer.steps[-1].tn == explorer.steps[-1].fn == 0


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="0 to 1"):
        measure_class(_inputs([0, 1], [0.1, 0.2]), 2)
