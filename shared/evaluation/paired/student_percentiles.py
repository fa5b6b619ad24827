"""Shares of a bootstrap's replicates where few samples decide, which lie too close together (Hesterberg 2015)."""

from shared.evaluation.distributions import critical_value, normal_upper_tail, student_critical, student_upper_tail

_HALF = 0.5
# With so many degrees of freedom Student's deviate differs by less than replicates tell of it.
_PLENTY = 10_000
# Of one degree of freedom Student's deviate may lie beyond every double of the normal distribution.
_LEAST_LEVEL = 1e-300


def further_out(alpha: float, freedom: float) -> float:
    """The level at which a normal deviate is Student's."""
    if freedom >= _PLENTY:
        return alpha
    return max(2 * normal_upper_tail(student_critical(alpha, freedom)), _LEAST_LEVEL)


def by_student(share: float, deviate: float, freedom: float) -> float:
    """A share of replicates beyond a limit as the tail of Student's distribution.

    The deviate is the normal one of this share. Where no replicate is beyond the limit it may be more, the distance in
    standard errors, but the tail never less than the share.
    """
    if freedom >= _PLENTY or share >= 1:
        return share
    if share > _HALF:
        return 1 - student_upper_tail(critical_value(1 - share, one_sided=True), freedom)
    return max(student_upper_tail(max(critical_value(share, one_sided=True), deviate, 0.0), freedom), share)
