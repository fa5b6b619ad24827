"""Probabilities of the hypergeometric distribution, of draws without replacement."""

import sys

from shared.evaluation.distributions import binomial_probability

# Terms that fall are left out when a thousand of them would change nothing.
_LAST_TERM = 1e-3


def hypergeometric_upper_tail(hits: int, drawn: int, marked: int, total: int) -> float:
    """The probability of at least so many marked ones among `drawn` of `total`, of which `marked` are marked."""
    fewest, most = max(0, drawn + marked - total), min(drawn, marked)
    if hits <= fewest or hits > most:
        return float(hits <= fewest)
    is_above = hits * total > drawn * marked
    # From the hits away from the mean, so that the terms fall.
    at, step = (hits, 1) if is_above else (hits - 1, -1)
    share = drawn / total
    term = (
        binomial_probability(at, marked, share)
        * binomial_probability(drawn - at, total - marked, share)
        / binomial_probability(drawn, total, share)
    )
    tail = 0.0
    while term > sys.float_info.epsilon * tail * _LAST_TERM and fewest <= at <= most:
        tail += term
        if step > 0:
            term *= (marked - at) * (drawn - at) / ((at + 1) * (total - marked - drawn + at + 1))
        else:
            term *= at * (total - marked - drawn + at) / ((marked - at + 1) * (drawn - at + 1))
        at += step
    return tail if is_above else 1 - tail
