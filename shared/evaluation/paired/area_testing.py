"""The difference of two areas under ROC curves, candidate minus baseline, tested by DeLong's error and Student's t."""

from shared.evaluation.curves.area_spread import AreaSpread
from shared.evaluation.distributions import student_critical, student_upper_tail
from shared.evaluation.intervals.areas import CorrelatedAreas, difference_spread
from shared.evaluation.paired.testing import (
    ALIKE,
    MIN_SAMPLES,
    ROUNDING,
    TOO_FEW,
    DifferenceMethod,
    DifferenceTest,
    Question,
    planned,
)

NO_SPREAD = "the scores of both show no spread, from which DeLong's method could tell how far the difference varies"
TOO_FEW_ON_A_SIDE = f"there are fewer than {MIN_SAMPLES} samples of the class, or of all others"


def of_areas(found: CorrelatedAreas, question: Question) -> DifferenceTest:
    """Test the difference of two areas under ROC curves by DeLong's error and Student's t."""
    difference, spread = difference_spread(found)
    area = float(found.values[0]), difference
    return of_spread(area, spread, found.sides, min(found.sides), question, "student-delong")


def of_spread(
    area: tuple[float, float],
    spread: AreaSpread,
    sides: tuple[int, int],
    pairs: int,
    question: Question,
    method: DifferenceMethod,
) -> DifferenceTest:
    """Test the difference of two areas by its standard error, which is known as well as its degrees of freedom say.

    `area` is that of the baseline and the difference, `sides` the numbers of samples of the class and of all others,
    and `pairs` how many independent pairs of both there are. With ten of a class the normal deviate would find equally
    good scores to differ at 5 % in up to 8 % of the sets.
    """
    difference, (error, freedom) = area[1], (spread.error, spread.freedom)
    if min(sides) < MIN_SAMPLES:
        return DifferenceTest(difference, reason=TOO_FEW if sum(sides) < MIN_SAMPLES else TOO_FEW_ON_A_SIDE)
    if error <= ROUNDING:
        return of_equal_pairs(area, pairs, question)

    def above(value: float) -> float:
        tail = student_upper_tail(abs(value) / error, freedom)
        return tail if value >= 0 else 1 - tail

    critical, margin = student_critical(question.alpha, freedom), question.margin
    return DifferenceTest(
        difference,
        (max(difference - critical * error, -1.0), min(difference + critical * error, 1.0)),
        method,
        2 * above(abs(difference)),
        None,
        None if margin is None else above(difference + margin),
        None if margin is None else above(margin - difference),
        *planned(error, sum(sides), question, freedom),
    ).stated


def of_equal_pairs(area: tuple[float, float], pairs: int, question: Question) -> DifferenceTest:
    """Test the difference of two areas that is the same in every pair of a sample of the class and another one.

    So many pairs have no sample in common, so that they are independent. Each adds a number from −1 to 1 to the mean
    that the difference of the areas is: if the true one is at most L, a pair adds D or more with a probability of at
    most (1 + L)/(1 + D), by Markov's inequality.
    """
    difference, margin = (0.0 if abs(area[1]) <= ROUNDING else area[1]), question.margin

    def chance(value: float, limit: float) -> float:
        return 1.0 if value <= limit else ((1 + max(limit, -1.0)) / (1 + value)) ** pairs

    if difference and any(abs(2 * one - round(2 * one)) > ROUNDING for one in (area[0], sum(area))):
        # Of areas other than 0, 0.5 and 1 single pairs may differ otherwise.
        return DifferenceTest(difference, reason=NO_SPREAD)
    return DifferenceTest(
        area[1],
        p_value=min(1.0, 2 * chance(abs(difference), 0.0)) if difference else None,
        p_above=None if margin is None else chance(difference, -margin),
        p_below=None if margin is None else chance(-difference, -margin),
        reason=NO_SPREAD if difference else ALIKE,
    ).stated
