"""The fewer hits a loss depends on, the more likely samples show nothing of it."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from sklearn.metrics import (
    balanced_accuracy_score,
    cohen_kappa_score,
    f1_score,
    jaccard_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)

from shared.evaluation.intervals.count_formulas import CLASS_PROPORTIONS, OVERALL, OVERALL_OF_SETS
from shared.evaluation.paired.hidden_losses import ClassShares, HiddenLosses, of_all, of_one
from shared.evaluation.paired.replicate_testing import of_replicates
from shared.evaluation.paired.tensor import count_pairs, replicate
from shared.evaluation.paired.testing import (
    MAY_HIDE,
    Question,
)

CELLS = np.array([[8, 1, 1], [4, 70, 6], [12, 3, 195]])
SCORES: dict[str, Callable[..., float]] = {
    "recall.macro": functools.partial(recall_score, average="macro"),
    "precision.macro": functools.partial(precision_score, average="macro"),
    "f1.macro": functools.partial(f1_score, average="macro"),
    "f1.weighted": functools.partial(f1_score, average="weighted"),
    "jaccard.macro": functools.partial(jaccard_score, average="macro"),
    "balanced_accuracy": balanced_accuracy_score,
    "kappa": cohen_kappa_score,
    "mcc": matthews_corrcoef,
}


def losses_of(metric: str, cells: Any) -> HiddenLosses:
    shares = cells / cells.sum()
    parts = shares.diagonal(), shares.sum(axis=1), shares.sum(axis=0)
    return of_all(OVERALL[metric], ClassShares(*parts, cells.diagonal().astype(float)), are_sets=False)


def score(metric: str, cells: Any) -> float:
    truth, predicted = np.indices(cells.shape).reshape(2, -1)
    return SCORES[metric](truth, predicted, sample_weight=cells.ravel())


def ways(cells: Any) -> Iterator[tuple[Any, float]]:
    """Where the hits that are missed go to, as cells, and how many hits there are in all."""
    hits, away = cells.diagonal(), np.zeros(cells.shape)
    for one in range(len(cells)):
        away[one] = np.where(np.arange(len(cells)) == one, 0, cells.sum(axis=0))
        away[one] /= away[one].sum()
    for one in range(len(cells)):
        is_own = np.arange(len(cells)) == one
        yield (away - np.eye(len(cells))) * np.where(is_own, hits, 0)[:, None], hits[one]
        to_own = np.where(is_own, 1.0, 0.0)[None] - np.eye(len(cells))
        yield to_own * np.where(is_own, 0, hits)[:, None], hits.sum() - hits[one]
    yield (away - np.eye(len(cells))) * hits[:, None], hits.sum()


@pytest.mark.parametrize("metric", SCORES)
@pytest.mark.parametrize("loss", [0.01, 0.05])
def test_the_chance_is_that_no_hit_is_one_of_the_share_whose_loss_scikit_learn_measures(
    metric: str, loss: float
) -> None:
    before = score(metric, CELLS.astype(float))

    def excess(share: float, moved: Any) -> float:
        return abs(before - score(metric, CELLS + share * moved)) - loss

    chances = [
        (1 - brentq(excess, 0, 0.99, args=(moved,))) ** hits if excess(0.99, moved) > 0 else 0.0
        for moved, hits in ways(CELLS)
    ]

    assert losses_of(metric, CELLS).chance(loss) == pytest.approx(max(chances), rel=1e-6)


def test_of_a_macro_mean_it_is_what_the_rarest_class_may_hide() -> None:
    losses = losses_of("recall.macro", np.array([[10, 0], [0, 990]]))

    assert losses.chance(0.05) == pytest.approx(0.9**10, rel=1e-7)
    assert [losses.chance(loss) for loss in (-0.1, 0.0, 0.6, 1.1)] == [1.0, 1.0, pytest.approx(0, abs=1e-200), 0.0]


def test_a_class_without_a_hit_hides_nothing() -> None:
    losses = losses_of("recall.macro", np.array([[0, 10], [0, 90]]))

    assert losses.chance(0.05) == pytest.approx(0.9**90, rel=1e-6)
    assert losses_of("recall.macro", np.array([[0, 10], [90, 0]])).chance(0.05) == 0.0


def test_of_a_thousand_classes_those_with_the_fewest_hits_are_asked() -> None:
    hits = np.append(np.full(939, 30), 1)
    cells = np.diag(np.append(hits, np.zeros(60, int)))
    cells[-60:, 0] = 1

    # The one hit of a class is a thousandth of the mean, and 60 classes have none.
    assert losses_of("recall.macro", cells).chance(0.0005) == pytest.approx(0.5, rel=1e-6)


def test_a_missed_label_of_a_set_is_predicted_as_no_other() -> None:
    shares = np.array([0.1, 0.5])
    classes = ClassShares(shares, shares, shares, shares * 100)
    losses = of_all(OVERALL_OF_SETS["multilabel.f1.macro"], classes, are_sets=True)

    # F1 of a label of which a share s is missed is 2(1 − s)/(2 − s), and 0.9 at s = 2/11.
    assert losses.chance(0.05) == pytest.approx((9 / 11) ** 10, rel=1e-7)


@pytest.mark.parametrize(
    ("metric", "misses", "alarms"),
    [("precision.class", 0.0, 1 / 19), ("f1.class", 2 / 21, 2 / 19), ("jaccard.class", 0.05, 1 / 19)],
)
def test_a_metric_of_a_class_hides_misses_of_it_or_others_that_are_predicted_as_it(
    metric: str, misses: float, alarms: float
) -> None:
    # Ten hits among 100 samples, all right; the alarms are in shares of the ten.
    shares = np.array([0.1, 0.9])
    classes = ClassShares(shares, shares, shares, shares * 100)
    losses, of_set = (
        of_one(CLASS_PROPORTIONS[metric], classes, 0, 100, are_sets=are_sets) for are_sets in (False, True)
    )

    expected = max((1 - misses) ** 10 if misses else 0, (1 - alarms / 9) ** 90)
    assert losses.chance(0.05) == pytest.approx(expected, rel=1e-6)
    assert of_set.chance(0.05) == pytest.approx(expected, rel=1e-6)


def test_a_loss_of_a_rare_class_is_hardly_ever_said_to_stay_within_the_margin_that_it_has() -> None:
    random, size, asked = np.random.default_rng(5), 200, Question(0.1, 0.05, 0.05)
    p_values = []
    for _ in range(200):
        truth = (random.random(size) < 0.05).astype(int)
        baseline = np.where(random.random(size) < 0.95, truth, 1 - truth)
        # The recall of one of two classes falls by 0.1, and so their mean by the margin.
        is_broken = (truth == 1) & (baseline == 1) & (random.random(size) < 0.1 / 0.95)
        formulas = {"recall.macro": OVERALL["recall.macro"]}
        counts = count_pairs(truth, baseline, np.where(is_broken, 0, baseline), 2)
        found = replicate(counts, formulas, replicates=1000, seed=0)["recall.macro"]
        difference = float(found.candidate - found.baseline)
        p_values.append(of_replicates(difference, found.drawn, size, asked, found.bases[0], found.margins[0]).p_above)

    # The bootstrap alone says so in 36 of 100: wherever none of the ten samples is broken.
    assert np.mean([p_value is not None and p_value <= 0.05 for p_value in p_values]) <= 0.05


@pytest.mark.parametrize(("rare", "reason"), [(10, MAY_HIDE), (100, None)])
def test_a_margin_that_the_replicates_show_and_the_rare_class_does_not_has_a_reason(
    rare: int, reason: str | None
) -> None:
    truth = (np.arange(200) < rare).astype(int)
    baseline, candidate = truth.copy(), truth.copy()
    baseline[100:106], candidate[106:112] = 1, 1
    formulas = {"recall.macro": OVERALL["recall.macro"]}
    (one,) = replicate(count_pairs(truth, baseline, candidate, 2), formulas, replicates=1000, seed=0).values()

    found = of_replicates(0.0, one.drawn, 200, Question(0.1, 0.08, 0.05), one.bases[0], one.margins[0])

    assert found.reason == reason
    assert found.p_above is not None
    assert (found.p_above > 0.05) == (reason is not None)
