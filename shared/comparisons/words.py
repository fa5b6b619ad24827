"""Verdicts as sentences."""

from shared.comparisons.results import MetricDifference
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.paired.verdicts import Verdict
from shared.kit.number_format import counted_text, p_value_text, signed_text, value_text

_SAID: dict[Verdict, str] = {
    "better": "The candidate is better",
    "worse": "The candidate is worse",
    "no_difference_shown": "No difference is shown, which does not mean that there is none",
    "equivalent_within_margin": "The two are equivalent within the margin",
    "not_worse_within_margin": "The candidate is not worse by more than the margin",
    "inconclusive": "Nothing can be concluded",
}
# Four digits of the confidence would round it to 100 %, which no interval has.
_LEAST_ALPHA = 5e-5


def sentence(found: MetricDifference, alpha: float, *, is_weighted: bool = False, by: str = "") -> str:
    """The verdict of one metric, with the numbers that it rests on, as the tables of pages write them.

    `by` says by what groups the samples are tested, with a space before it.
    """
    said = f"{_SAID[found.verdict]}: {CATALOGUE[found.metric].title}"
    said += " (weighted)" if is_weighted else ""
    said += "" if found.label is None else f" of “{str(found.label)[:50]}”"
    if found.difference is None or found.baseline is None or found.candidate is None:
        return f"{said} cannot be compared, because {found.reason}."
    said += f" {value_text(found.baseline)} → {value_text(found.candidate)}"
    said += f", difference {signed_text(found.difference)}"
    if found.low is not None and found.high is not None:
        said += f" ({_confidence(alpha)} {signed_text(found.low)} to {signed_text(found.high)})"
    if found.p_adjusted is not None:
        p_value = p_value_text(found.p_adjusted)
        said += f", P {p_value if p_value.startswith('<') else f'= {p_value}'} for all tests together"
    return (
        f"{said}, on {counted_text(found.samples, 'sample')}{by}{'' if found.reason is None else f'; {found.reason}'}."
    )


def _confidence(alpha: float) -> str:
    return f"{100 * (1 - alpha):.4g} % interval" if alpha > _LEAST_ALPHA else f"interval at an alpha of {alpha:g}"
