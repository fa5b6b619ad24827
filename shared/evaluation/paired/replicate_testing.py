"""A difference tested by the paired bootstrap, and a margin of it by the score test."""

import math

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.distributions import normal_upper_tail
from shared.evaluation.intervals.bootstrap import percentiles
from shared.evaluation.paired.margins import MarginGrounds
from shared.evaluation.paired.sample_basis import SampleBasis
from shared.evaluation.paired.student_percentiles import by_student, further_out
from shared.evaluation.paired.testing import (
    ALIKE,
    COARSE,
    FEW_DIFFER,
    MAY_HIDE,
    MIN_SAMPLES,
    ROUNDING,
    TOO_FEW,
    TOO_FEW_OF_CLASS,
    UNSTABLE,
    UNVARIED,
    DifferenceMethod,
    DifferenceTest,
    Question,
    planned,
    without_rounding,
)
from shared.evaluation.types import Floats

_SIDES = 2


def of_replicates(
    difference: float,
    drawn: Floats,
    samples: int,
    question: Question,
    basis: SampleBasis,
    grounds: MarginGrounds,
) -> DifferenceTest:
    """Test a difference by the paired bootstrap; `drawn` (replicates,) are its values in samples drawn anew.

    Where few samples decide, as those of a rare class do, the percentiles lie too close together: they are those that
    Student's distribution has further out (Hesterberg 2015), with the degrees of freedom of the samples that differ.
    """
    if math.isnan(difference):
        return DifferenceTest(None, reason="the metric is undefined for one of the two")
    if samples < MIN_SAMPLES or basis.samples < MIN_SAMPLES:
        return DifferenceTest(difference, reason=TOO_FEW if samples < MIN_SAMPLES else TOO_FEW_OF_CLASS)
    if is_coarse(drawn, question.alpha):
        return DifferenceTest(difference, reason=COARSE, smallest=1 / (len(drawn) + 1))
    found = by_percentiles(difference, drawn, samples, question, "bootstrap", basis.freedom)
    return no_less(found, drawn, basis, grounds, question)


def is_coarse(drawn: Floats, alpha: float) -> bool:
    """Whether so many replicates have no two-sided P-value at the level, nor bounds as far out."""
    return alpha * (len(drawn) + 1) < _SIDES


def by_percentiles(
    difference: float, drawn: Floats, samples: int, question: Question, method: DifferenceMethod, freedom: float
) -> DifferenceTest:
    """The interval of percentiles and the P-values of enough samples, as `drawn` (replicates,) show them."""
    drawn = without_rounding(drawn)
    interval = percentiles(drawn, further_out(question.alpha, freedom))
    if interval is None:
        return DifferenceTest(difference, reason=UNSTABLE)
    values = drawn[~np.isnan(drawn)]
    error, margin = float(values.std()), question.margin
    varies = interval[1] - interval[0] > ROUNDING

    def chance(beyond: NDArray[np.bool_], off: float) -> float:
        return by_student(_share(beyond), off / error if varies and not beyond.any() else 0.0, freedom)

    if error <= ROUNDING and abs(difference) <= ROUNDING:
        freedom = math.inf
    above = None if margin is None else chance(values <= -margin, difference + margin)
    below = None if margin is None else chance(values >= margin, margin - difference)
    if error <= ROUNDING and abs(difference) <= ROUNDING:
        return DifferenceTest(difference, p_above=above, p_below=below, reason=ALIKE)
    detectable, needed = planned(error, samples, question, freedom) if varies else (None, None)
    return DifferenceTest(
        difference,
        interval if varies else None,
        method,
        min(1.0, 2 * min(chance(values <= 0, difference), chance(values >= 0, -difference))),
        None,
        above,
        below,
        detectable,
        needed,
        None if varies else UNVARIED,
        1 / (len(values) + 1),
    )


def no_less(
    found: DifferenceTest, drawn: Floats, basis: SampleBasis, grounds: MarginGrounds, question: Question
) -> DifferenceTest:
    """P-values of a bootstrap, none less than so few samples can have, and the interval that goes with them.

    A bootstrap draws the differing samples again and again, and hardly ever none of them where they are a handful. It
    never draws one that is not there: a difference beyond a margin is as likely as that the samples show nothing of it.
    """
    above = below = basis.least
    if question.margin and question.margin > 0 and found.difference is not None:
        off = without_rounding(drawn[~np.isnan(drawn)] - found.difference)
        losses = grounds.losses()
        above, below = (
            losses.chance(question.margin + sign * found.difference) * float(np.mean(sign * off >= 0))
            for sign in (1, -1)
        )
    scored = _scored(found, grounds, question)
    raised = scored._replace(
        p_above=None if scored.p_above is None else max(scored.p_above, above),
        p_below=None if scored.p_below is None else max(scored.p_below, below),
    )
    if found.p_value is None:
        return raised.stated
    p_value = max(found.p_value, min(1.0, 2 * basis.least))
    interval = raised.interval
    if interval is not None and p_value > question.alpha:
        interval = min(interval[0], 0.0), max(interval[1], 0.0)
    reason = FEW_DIFFER if p_value > found.p_value else _hidden(scored, raised, question.alpha / _SIDES)
    return raised._replace(p_value=p_value, interval=interval, reason=found.reason or reason).stated


def _scored(found: DifferenceTest, grounds: MarginGrounds, question: Question) -> DifferenceTest:
    """The P-values of a margin by the score test where there is one, and the interval that goes with them."""
    margin, difference, level = question.margin, found.difference, question.alpha / _SIDES
    if margin is None or margin <= 0 or found.interval is None or difference is None:
        return found
    low, high = found.interval
    if (deviate := grounds.deviate(-margin)) is not None:
        found = found._replace(p_above=normal_upper_tail(deviate))
        low = min(low, -margin) if normal_upper_tail(deviate) > level else max(low, min(-margin, difference))
    if (deviate := grounds.deviate(margin)) is not None:
        found = found._replace(p_below=normal_upper_tail(-deviate))
        high = max(high, margin) if normal_upper_tail(-deviate) > level else min(high, max(margin, difference))
    return found._replace(interval=(low, high))


def _hidden(found: DifferenceTest, raised: DifferenceTest, level: float) -> str | None:
    sides = (found.p_above, raised.p_above), (found.p_below, raised.p_below)
    lifted = any(p is not None and least is not None and p <= level < least for p, least in sides)
    return MAY_HIDE if lifted else None


def _share(hits: NDArray[np.bool_]) -> float:
    # One more, as the samples themselves are a draw too: a P-value of 0 would claim more than was seen.
    return (int(np.count_nonzero(hits)) + 1) / (len(hits) + 1)
