import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import f1_score, matthews_corrcoef

from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.bootstrap import percentiles
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.paired.tensor import Flips, Formula, count_pairs, replicate, replicate_sets, replicates_for

RANDOM = np.random.default_rng(5)
TRUTH = RANDOM.integers(0, 3, 400)
BASELINE, CANDIDATE = (np.where(RANDOM.random(400) < share, TRUTH, RANDOM.integers(0, 3, 400)) for share in (0.6, 0.7))


def test_samples_are_counted_by_which_of_the_two_is_right_and_what_changed() -> None:
    found = count_pairs(np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 0]), np.array([0, 1, 1, 1, 1, 1]), 3)

    assert found.pairs == Pairs(both=2, baseline_only=1, candidate_only=1, neither=2)
    assert found.flips == Flips(fixed=1, broken=1, both_wrong=2, changed=1, both_right=2)
    assert (found.flips.churn, found.flips.negative_flip_rate) == (3 / 6, 1 / 6)


def test_differences_are_those_of_scikit_learns_metrics() -> None:
    pairs = count_pairs(TRUTH, BASELINE, CANDIDATE, 3)

    found = replicate(pairs, count_formulas.OVERALL, replicates=10, seed=0)

    f1 = [f1_score(TRUTH, predicted, average="macro") for predicted in (BASELINE, CANDIDATE)]
    mcc = [matthews_corrcoef(TRUTH, predicted) for predicted in (BASELINE, CANDIDATE)]
    assert found["f1.macro"][:2] == pytest.approx(f1, abs=1e-12)
    assert found["mcc"][:2] == pytest.approx(mcc, abs=1e-12)


def test_metrics_of_each_class_are_those_of_scikit_learn() -> None:
    pairs = count_pairs(TRUTH, BASELINE, CANDIDATE, 3)

    found = replicate(pairs, count_formulas.CLASS_PROPORTIONS, replicates=10, seed=0)["f1.class"]

    assert found.baseline == pytest.approx(f1_score(TRUTH, BASELINE, average=None), abs=1e-12)
    assert found.candidate == pytest.approx(f1_score(TRUTH, CANDIDATE, average=None), abs=1e-12)
    assert found.drawn.shape == (10, 3)


def test_very_many_cells_are_drawn_less_often() -> None:
    drawn = [replicates_for(cells, 10, 0.05) for cells in (1, 1_000, 10_000, 1_000_000)]

    assert drawn == [10_000, 10_000, 5_000, 1_000]


@pytest.mark.parametrize(
    ("cells", "k", "level", "replicates"),
    [
        (8, 2, 0.05 / 125, 10_000),
        (8, 2, 0.05 / 1_000, 80_000),
        # So many cells, or classes, would take or hold more than they may; and fewer would not do.
        (1_000, 2, 0.05 / 1_000, 10_000),
        (500, 200, 0.05 / 1_000, 10_000),
        (8, 2, 1e-9, 10_000),
        (8, 2, 1e-320, 10_000),
        (8, 2, 0.0, 10_000),
    ],
)
def test_samples_are_drawn_more_often_where_many_tests_share_the_level(
    cells: int, k: int, level: float, replicates: int
) -> None:
    assert replicates_for(cells, k, level) == replicates


def test_the_paired_bootstrap_of_cells_is_that_of_samples() -> None:
    pairs = count_pairs(TRUTH, BASELINE, CANDIDATE, 3)
    right = (CANDIDATE == TRUTH).astype(float) - (BASELINE == TRUTH)
    by_samples = right[np.random.default_rng(1).integers(0, 400, (20_000, 400))].mean(axis=1)
    accuracy = {"accuracy": count_formulas.OverallFormula(lambda h, _a, _p: (h,), lambda _, right: right)}

    found = percentiles(replicate(pairs, accuracy, replicates=20_000, seed=2)["accuracy"].drawn, 0.05)

    low, high = np.quantile(by_samples, [0.025, 0.975])
    assert found == pytest.approx((low, high), abs=0.03 * (high - low))


def test_a_run_compared_with_itself_differs_by_nothing() -> None:
    pairs = count_pairs(TRUTH, BASELINE, BASELINE, 3)

    found = replicate(pairs, count_formulas.OVERALL, replicates=100, seed=0)

    assert not any(metric.drawn.any() for metric in found.values())


def test_classes_are_drawn_as_sets_of_one_label_each_are() -> None:
    pairs = count_pairs(TRUTH, BASELINE, CANDIDATE, 4)
    formulas: dict[str, Formula] = {**count_formulas.OVERALL, **count_formulas.CLASS_PROPORTIONS}

    found = replicate(pairs, formulas, replicates=30, seed=1)
    of_sets = replicate_sets(pairs, np.eye(4, dtype=bool), formulas, replicates=30, seed=1)

    for name, metric in found.items():
        assert [one.differing for one in metric.bases] == [one.differing for one in of_sets[name].bases]
        for part, other in zip(metric[:3], of_sets[name][:3], strict=True):
            np.testing.assert_allclose(part, other, atol=1e-12)


def test_thousands_of_classes_take_no_table_of_cells_by_classes() -> None:
    k = 5_000
    truth = np.arange(2 * k) % k
    pairs = count_pairs(truth, np.roll(truth, 1), np.where(truth % 3 == 0, 0, truth), k)
    tracemalloc.start()

    replicate(pairs, {"f1.macro": count_formulas.OVERALL["f1.macro"]}, replicates=3, seed=0)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # One such table is k × k numbers.
    assert peak < k * k * 8 / 20
