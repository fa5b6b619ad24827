"""The rule of a gate: whether the samples allow a candidate to take the place of a baseline.

Every difference is candidate minus baseline, in the direction in which more is better. A bound of its interval lies
beyond a limit exactly where the one-sided P-value of that limit is at most alpha, so P-values decide, adjusted by
Holm's method for all that the gate tests.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from shared.evaluation.paired.verdicts import holm_of_some, out_of_reach

Outcome = Literal["pass", "warn", "fail"]
Finding = Literal[
    "no_drop_shown",
    "within_margin",
    "drop_shown",
    "drop_beyond_margin",
    "drop_maybe_beyond_margin",
    "drop_out_of_reach",
    "inconclusive",
    "not_measured",
]

_OUTCOMES: dict[Finding, Outcome] = {
    "no_drop_shown": "pass",
    "within_margin": "pass",
    "drop_shown": "fail",
    "drop_beyond_margin": "fail",
    "drop_maybe_beyond_margin": "warn",
    "drop_out_of_reach": "warn",
    "inconclusive": "warn",
    "not_measured": "fail",
}
_RANK: dict[Outcome, int] = {"pass": 0, "warn": 1, "fail": 2}


class DropEvidence(NamedTuple):
    """What the samples say of one difference, with the margin that is asked for or None.

    `p_drop` is the one-sided P-value of being worse at all, `p_beyond` of being worse by more than the margin, and
    `p_within` of being worse by less, if at all. The last two are None without a margin, and all three where nothing
    could be tested. `difference` is None where one of the two has no value. `smallest` is the least P-value that the
    test can have, and 0 if there is none.
    """

    difference: float | None
    margin: float | None
    p_drop: float | None = None
    p_beyond: float | None = None
    p_within: float | None = None
    smallest: float = 0.0


class DropFinding(NamedTuple):
    """What is found of one difference, and the adjusted P-values of failing it and of passing it within its margin."""

    finding: Finding
    p_fail: float | None
    p_within: float | None


def judge(found: Sequence[DropEvidence], alpha: float) -> list[DropFinding]:
    """Judge all differences of a gate together.

    The chance that it fails although none is worse, beyond its margin where it has one, is at most alpha; and so is the
    chance that it finds any difference within its margin that is not.
    """
    asked = [one.p_drop if one.margin is None else one.p_beyond for one in found]
    fails, unreached = holm_of_some(asked), out_of_reach(asked, [one.smallest for one in found], alpha)
    within = holm_of_some([one.p_within for one in found])
    drops = holm_of_some([None if one.margin is None else one.p_drop for one in found])
    return [
        DropFinding(
            "drop_out_of_reach" if is_unreached and _is_loss(one) else _finding(one, alpha, *p_values), *p_values[:2]
        )
        for one, is_unreached, *p_values in zip(found, unreached, fails, within, drops, strict=True)
    ]


def outcome_of(finding: Finding, *, allow_inconclusive: bool) -> Outcome:
    """What a finding means for the gate."""
    return "pass" if finding == "inconclusive" and allow_inconclusive else _OUTCOMES[finding]


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of several together; of none it is `fail`, as nothing was shown."""
    return max(outcomes, key=_RANK.__getitem__, default="fail")


def _finding(
    one: DropEvidence, alpha: float, p_fail: float | None, p_within: float | None, p_drop: float | None
) -> Finding:
    if one.difference is None:
        return "not_measured"
    if p_fail is None:
        return "drop_out_of_reach" if one.smallest and _is_loss(one) else "inconclusive"
    fails = p_fail <= alpha and _is_loss(one)
    if one.margin is None:
        return "drop_shown" if fails else "no_drop_shown"
    if fails:
        return "drop_beyond_margin"
    if p_within is not None and p_within <= alpha:
        return "within_margin"
    is_drop = one.difference < 0 and p_drop is not None and p_drop <= alpha
    return "drop_maybe_beyond_margin" if is_drop else "inconclusive"


def _is_loss(one: DropEvidence) -> bool:
    """Whether the samples themselves lose more than is allowed."""
    return one.difference is not None and one.difference < -(one.margin or 0)
