"""What a gate finds, as sentences."""

from collections.abc import Sequence

from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.paired.gate_rule import Finding, Outcome
from shared.gates.detection_figures import FIGURES
from shared.gates.results import GateReason, GateTest
from shared.kit.number_format import counted_text, signed_text, value_text
from shared.kit.quotes import quoted

_VERDICTS: dict[Outcome, str] = {
    "pass": "The candidate passes the gate",
    "warn": "The candidate may be worse",
    "fail": "The candidate fails the gate",
}
_FINDINGS: dict[Finding, str] = {
    "no_drop_shown": "no loss is shown",
    "within_margin": "not worse by the margin of {margin} or more",
    "drop_shown": "worse",
    "drop_beyond_margin": "worse by more than the margin of {margin}",
    "drop_maybe_beyond_margin": "worse, and it is not shown that the loss stays within the margin of {margin}",
    "drop_out_of_reach": "worse by itself, with the least P-value that so many replicates of the bootstrap can have, "
    "which all tests together lift above alpha: name fewer metrics, classes or slices, or raise alpha, to tell",
    "inconclusive": "it is not shown whether a loss stays within the margin of {margin}",
    "not_measured": "cannot be compared",
}


def title_of(metric: str) -> str:
    """The title of a metric or of a figure of detectors."""
    return FIGURES[metric].title if metric in FIGURES else CATALOGUE[metric].title


def subject_of(test: GateTest) -> str:
    """What a test is about."""
    title = title_of(test.metric)
    title += "" if test.weighted_by is None else " (weighted)"
    if test.label is not None:
        title += f" of {quoted(test.label)}"
    if test.slice is not None:
        title += f" where {quoted(test.slice.column)} is {quoted(test.slice.value)}"
    return title


def sentence(test: GateTest, reason: str | None, *, unit: str = "sample") -> str:
    """What one test found, with the numbers that it rests on as tables write them, and what is counted."""
    said = subject_of(test)
    if test.difference is None or test.baseline is None or test.candidate is None:
        return f"{said} cannot be compared, because {reason}."
    said += f" {value_text(test.baseline)} → {value_text(test.candidate)}, difference {signed_text(test.difference)}"
    if test.low is not None and test.high is not None:
        said += f" (bounds {signed_text(test.low)} and {signed_text(test.high)})"
    by = "" if test.grouped_by is None else f" by groups of {quoted(test.grouped_by)}"
    said += f" on {counted_text(test.samples, unit)}{by}: "
    if test.finding in {"inconclusive", "drop_out_of_reach"} and test.low is None and test.p_within is None:
        return f"{said}nothing can be concluded, because {reason}."
    said += _FINDINGS[test.finding].format(margin="" if test.margin is None else value_text(test.margin))
    if test.finding == "no_drop_shown" and test.detectable_difference is not None:
        said += f"; a true loss of {value_text(test.detectable_difference)} would be shown with a chance of 80 %"
    return f"{said}."


def summary(verdict: Outcome, reasons: Sequence[GateReason]) -> str:
    """The verdict as a sentence; `reasons` are all requirements, the worst first."""
    if verdict == "pass":
        met = "its requirement is met" if len(reasons) == 1 else f"all {len(reasons):,} requirements are met"
        return f"{_VERDICTS[verdict]}: {met}."
    count = sum(reason.outcome == verdict for reason in reasons)
    more = f" ({count - 1} more like this)" if count > 1 else ""
    return f"{_VERDICTS[verdict]}. {reasons[0].text}{more}"
