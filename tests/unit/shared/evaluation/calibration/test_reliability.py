"""Bins, calibration errors and scores equal those of scikit-learn and of plain loops."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss

from shared.evaluation.calibration.reliability import Binning, Reliability, reliability
from shared.evaluation.curves import ranking
from shared.evaluation.curves.ranked_scores import rank_probabilities, rank_weighted

Sample = tuple[NDArray[Any], NDArray[np.bool_]]


def measured(
    scores: NDArray[Any], labels: NDArray[np.bool_], binning: Binning = "equal_width", bins: int = 10
) -> Reliability:
    return reliability(rank_probabilities([(scores, labels)], len(scores)), binning, bins)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    score = draw(st.sampled_from([st.integers(0, 20).map(lambda number: number / 20), st.floats(0, 1)]))
    pairs = draw(st.lists(st.tuples(score, st.booleans()), min_size=2, max_size=60))
    return np.array([score for score, _ in pairs]), np.array([label for _, label in pairs])


def random(n: int) -> Sample:
    rng = np.random.default_rng(3)
    scores = np.round(rng.random(n), 3)
    return scores, rng.random(n) < scores**2


@given(samples())
def test_bins_of_equal_width_equal_those_of_scikit_learn(sample: Sample) -> None:
    scores, labels = sample

    found = measured(scores, labels)

    share, mean = calibration_curve(labels, scores, n_bins=10) if len({*labels.tolist()}) == 2 else _loop(*sample)
    assert [one.positives / one.samples for one in found.bins] == pytest.approx(share.tolist(), abs=1e-12)
    assert [one.mean_score for one in found.bins] == pytest.approx(mean.tolist(), abs=1e-12)
    assert sum(one.samples for one in found.bins) == len(scores)


def _loop(scores: NDArray[Any], labels: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any]]:
    at = np.searchsorted(np.linspace(0, 1, 11)[1:-1], scores)
    means = [(labels[at == number].mean(), scores[at == number].mean()) for number in np.unique(at)]
    share, mean = np.array(means).T
    return share, mean


@given(samples())
def test_brier_score_and_log_loss_equal_those_of_scikit_learn(sample: Sample) -> None:
    scores, labels = sample

    found = measured(scores, labels)

    assert found.brier == pytest.approx(brier_score_loss(labels, scores, pos_label=True), abs=1e-12)
    assert found.log_loss == pytest.approx(log_loss(labels, scores, labels=[False, True]), abs=1e-9)


@given(samples())
def test_the_decomposition_is_that_of_the_isotonic_regression(sample: Sample) -> None:
    scores, labels = sample

    found = measured(scores, labels)

    # Of ranks, as scikit-learn takes close scores for equal ones.
    ranks = np.unique(scores, return_inverse=True)[1]
    best = IsotonicRegression(y_min=0, y_max=1).fit_transform(ranks, labels.astype(float))
    recalibrated = float(((best - labels) ** 2).mean())
    assert found.miscalibration == pytest.approx(found.brier - recalibrated, abs=1e-9)
    assert found.uncertainty == pytest.approx(labels.mean() * (1 - labels.mean()), abs=1e-12)
    assert found.discrimination == pytest.approx(found.uncertainty - recalibrated, abs=1e-9)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_score_on_an_edge_is_in_the_bin_that_ends_there(kind: Any) -> None:
    scores = (np.arange(101) / 100).astype(kind)

    found = measured(scores, np.arange(101) % 2 == 0, bins=100)

    # The first bin has both 0 and its own end.
    assert [one.samples for one in found.bins] == [2] + [1] * 99


def test_calibration_errors_are_the_weighted_mean_and_the_largest_gap() -> None:
    scores, labels = np.array([0.1, 0.1, 0.1, 0.9]), np.array([False, False, True, True])

    found = measured(scores, labels)

    low, high = 1 / 3 - 0.1, 0.1
    assert found.ece == pytest.approx((3 * low + high) / 4, abs=1e-12)
    assert found.mce == pytest.approx(low, abs=1e-12)
    assert [one.gap for one in found.bins] == pytest.approx([-low, -high], abs=1e-12)


def test_bins_of_equal_mass_are_equal_where_no_scores_tie() -> None:
    scores = np.random.default_rng(1).permutation(1000) / 1000

    found = measured(scores, scores > 0.5, "equal_mass", 8)

    assert [one.samples for one in found.bins] == [125] * 8
    assert [one.lowest for one in found.bins] == [number / 8 for number in range(8)]


@given(samples(), st.integers(1, 15), st.randoms())
def test_equal_scores_share_a_bin_and_the_order_of_samples_makes_no_difference(
    sample: Sample, bins: int, shuffle: Any
) -> None:
    scores, labels = sample
    order = [*range(len(scores))]
    shuffle.shuffle(order)

    found = measured(scores, labels, "equal_mass", bins)

    assert measured(scores[order], labels[order], "equal_mass", bins) == found
    ends = [end for one in found.bins for end in (one.lowest, one.highest)]
    assert ends == sorted(ends)
    assert all(low.highest < high.lowest for low, high in zip(found.bins, found.bins[1:], strict=False))


def test_many_stretches_measure_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = random(3000)
    whole = [measured(*sample, "equal_width", 15), measured(*sample, "equal_mass", 15)]

    monkeypatch.setattr(ranking, "CHUNK", 50)

    for binning, expected in zip(("equal_width", "equal_mass"), whole, strict=True):
        found = measured(*sample, binning, 15)  # type: ignore[arg-type] # one of the two
        assert [one.samples for one in found.bins] == [one.samples for one in expected.bins]
        assert found[1:] == pytest.approx(expected[1:], abs=1e-12)


def test_scores_of_zero_and_one_are_clipped_and_counted() -> None:
    found = measured(np.array([0.0, 1.0, 0.5]), np.array([True, True, False]))

    assert found.clipped == 2
    assert found.log_loss == pytest.approx((np.log(2) - np.log(np.finfo(float).eps)) / 3)


@given(st.lists(st.tuples(st.integers(0, 16), st.booleans(), st.integers(1, 8)), min_size=1, max_size=14))
def test_the_decomposition_of_weighted_samples_is_that_of_pooled_fractions(rows: list[tuple[int, bool, int]]) -> None:
    scores, labels, weights = (np.array(column) for column in zip(*rows, strict=True))
    ranked = rank_weighted([(scores / 16, labels, weights / 4)], is_margin=False)

    found = reliability(ranked, "equal_width", 4)

    total = sum(weight for *_, weight in rows)
    brier = sum(weight * (Fraction(score, 16) - label) ** 2 for score, label, weight in rows) / total
    # Neighbours are pooled while their shares do not rise: of each block the weight of positives and of all.
    blocks: list[tuple[int, int]] = []
    for score in sorted({score for score, *_ in rows}):
        own = [(label, weight) for other, label, weight in rows if other == score]
        blocks.append((sum(weight for label, weight in own if label), sum(weight for _, weight in own)))
        while len(blocks) > 1 and Fraction(*blocks[-2]) >= Fraction(*blocks[-1]):
            (first, second), blocks = blocks[-2:], blocks[:-2]
            blocks.append((first[0] + second[0], first[1] + second[1]))
    pooled = sum(positives * (1 - Fraction(positives, weight)) for positives, weight in blocks) / total
    share = Fraction(sum(weight for _, label, weight in rows if label), total)
    expected = brier, brier - pooled, share * (1 - share) - pooled, share * (1 - share)
    decomposed = found.brier, found.miscalibration, found.discrimination, found.uncertainty
    assert decomposed == pytest.approx([*map(float, expected)], abs=1e-12)
    gaps: dict[int, Fraction] = {}
    for score, label, weight in rows:
        at = max(-(-score // 4) - 1, 0)
        gaps[at] = gaps.get(at, Fraction(0)) + weight * (Fraction(score, 16) - label)
    assert found.ece == pytest.approx(float(sum(map(abs, gaps.values())) / total), abs=1e-12)
