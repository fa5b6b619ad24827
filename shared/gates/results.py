"""What a check of a gate finds."""

import zlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.comparisons.results import SliceValue
from shared.evaluation.paired.gate_rule import Finding, Outcome
from shared.evaluation.paired.testing import DifferenceMethod
from shared.evaluation.types import Label
from shared.kit.computation import Computation

Requirement = Literal["baseline", "samples", "golden_samples", "metric", "slice"]


class GateReason(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the candidate meets one requirement of the gate, and why."""

    outcome: Annotated[Outcome, Meta(description="Outcome of this requirement.")]
    requirement: Annotated[Requirement, Meta(description="What is required.")]
    subject: Annotated[str, Meta(description="What it is about: the metric, the slice, the samples.")]
    text: Annotated[str, Meta(description="The outcome in words.")]
    test: Annotated["GateTest | None", Meta(description="The test of a difference; null where there is none.")] = None


class GateTest(msgspec.Struct, frozen=True, kw_only=True):
    """A difference that was tested, candidate minus baseline; null where there is no value."""

    metric: Annotated[str, Meta(description="Id of the metric.")]
    label: Annotated[Label | None, Meta(description="Class that the metric is of; null of all classes.")] = None
    slice: Annotated[SliceValue | None, Meta(description="Slice that the metric is of; null of all samples.")] = None
    finding: Annotated[Finding, Meta(description="What the samples show.")]
    margin: Annotated[float | None, Meta(description="Loss that is allowed; null for none.")] = None
    samples: Annotated[int, Meta(description="Number of samples that the metric is of.")] = 0
    baseline: Annotated[float | None, Meta(description="Value of the baseline.")] = None
    candidate: Annotated[float | None, Meta(description="Value of the candidate.")] = None
    difference: Annotated[float | None, Meta(description="Candidate minus baseline.")] = None
    low: Annotated[
        float | None, Meta(description="Lower bound of the difference, one-sided at alpha, of this test alone.")
    ] = None
    high: Annotated[
        float | None, Meta(description="Upper bound of the difference, one-sided at alpha, of this test alone.")
    ] = None
    method: Annotated[DifferenceMethod | None, Meta(description="Method of the bounds.")] = None
    p_fail: Annotated[
        float | None,
        Meta(description="P-value of being worse, by more than the margin if any; adjusted for all."),
    ] = None
    p_within: Annotated[
        float | None, Meta(description="P-value of not being worse by the margin, adjusted; null without a margin.")
    ] = None
    detectable_difference: Annotated[
        float | None, Meta(description="True loss that so many samples show with a chance of 80 %, in one test alone.")
    ] = None
    weighted_by: Annotated[
        str | None, Meta(description="Column of the weights of the samples; null where each counts once.")
    ] = None
    grouped_by: Annotated[
        str | None, Meta(description="Column of the groups that the test is of; null where it is of samples.")
    ] = None


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of a check, and all that it rests on."""

    verdict: Annotated[Outcome, Meta(description="The worst outcome of all requirements.")]
    summary: Annotated[str, Meta(description="The verdict as a sentence.")]
    samples: Annotated[int, Meta(description="Number of samples that both runs have; 0 if they were not compared.")]
    new_samples: Annotated[int, Meta(description="Number of samples that only the candidate has.")]
    removed_samples: Annotated[int, Meta(description="Number of samples that only the baseline has.")]
    reasons: Annotated[list[GateReason], Meta(description="Every requirement with its outcome, the worst first.")]
    notices: Annotated[list[str], Meta(description="What the tests do not take into account.")] = []
    computed_by: Annotated[
        Computation | None, Meta(description="What computed the result; null of results that did not keep it.")
    ] = None


def packed(result: CheckResult) -> bytes:
    """A result as it is stored."""
    return zlib.compress(msgspec.json.encode(result), level=1)


def unpacked(data: bytes) -> CheckResult:
    """What `packed` made."""
    return msgspec.json.decode(zlib.decompress(data), type=CheckResult)
