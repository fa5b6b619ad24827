"""What a comparison finds."""

import zlib
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.evaluation.paired.testing import DifferenceMethod
from shared.evaluation.paired.verdicts import Verdict
from shared.evaluation.types import Label
from shared.kit.computation import Computation


class SliceValue(msgspec.Struct, frozen=True):
    """The samples that have a value in a column of metadata."""

    column: Annotated[str, Meta(description="Name of the column.")]
    value: Annotated[str, Meta(description="Value in the column.")]


class MetricDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A metric of both, and their difference, candidate minus baseline; null where there is none."""

    metric: Annotated[str, Meta(description="Id of the metric, in the catalogue of metrics.")]
    label: Annotated[Label | None, Meta(description="Class that the metric is of; null of all classes.")]
    slice: Annotated[SliceValue | None, Meta(description="Slice that the metric is of; null of all samples.")]
    verdict: Annotated[Verdict, Meta(description="What the difference shows, all tests taken into account.")]
    samples: Annotated[int, Meta(description="Number of samples that the metric is of.")]
    discordant: Annotated[
        int | None, Meta(description="Number of samples that only one of the two has right; null for other metrics.")
    ]
    baseline: Annotated[float | None, Meta(description="Value of the baseline.")]
    candidate: Annotated[float | None, Meta(description="Value of the candidate.")]
    difference: Annotated[float | None, Meta(description="Candidate minus baseline.")]
    low: Annotated[float | None, Meta(description="Lower bound of the difference, of this test alone.")]
    high: Annotated[float | None, Meta(description="Upper bound of the difference, of this test alone.")]
    method: Annotated[DifferenceMethod | None, Meta(description="Method of the interval.")]
    p_value: Annotated[
        float | None,
        Meta(
            description="P-value of no difference: McNemar's mid-P, Student's of two areas or of groups, or the "
            "bootstrap's; 1e-300 stands for all that are smaller, as for the other P-values."
        ),
    ]
    p_exact: Annotated[
        float | None,
        Meta(
            description="P-value of the exact McNemar test; null for other metrics and where samples have weights or "
            "groups."
        ),
    ]
    p_adjusted: Annotated[float | None, Meta(description="P-value adjusted for all tests, by Holm's method.")]
    p_not_worse: Annotated[
        float | None, Meta(description="Adjusted P-value of being worse by the margin or more; null without one.")
    ]
    p_equivalent: Annotated[
        float | None, Meta(description="Adjusted P-value of differing by the margin or more; null without one.")
    ]
    detectable_difference: Annotated[
        float | None,
        Meta(
            description="True difference that so many samples show with a chance of 80 %; null where none is large "
            "enough."
        ),
    ]
    samples_needed: Annotated[
        int | None,
        Meta(
            description="Number of samples to show `sought_difference` with a chance of 80 %, at least 10, as "
            "fewer are not tested; null beyond 2^53, and where so few samples are discordant that it cannot be so "
            "large."
        ),
    ]
    reason: Annotated[
        str | None, Meta(description="Why something is null, or how far areas of very many samples may be off.")
    ]


class FlipCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of samples by what the candidate changed."""

    label: Annotated[Label | None, Meta(description="Actual class of the samples; null of all classes.")] = None
    slice: Annotated[SliceValue | None, Meta(description="Slice of the samples; null of all.")] = None
    samples: Annotated[int, Meta(description="Number of samples.")]
    fixed: Annotated[int, Meta(description="Number that only the candidate has right.")]
    broken: Annotated[int, Meta(description="Number that only the baseline has right.")]
    both_wrong: Annotated[int, Meta(description="Number that neither has right.")]
    changed: Annotated[int, Meta(description="Number, of those that neither has right, with two different answers.")]
    churn: Annotated[float, Meta(description="Share of samples with two different answers.")]
    negative_flip_rate: Annotated[float, Meta(description="Share of samples that only the baseline has right.")]


class ComparisonResult(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of a comparison, and all that it rests on."""

    verdict: Annotated[Verdict, Meta(description="What the first metric shows, all tests taken into account.")]
    summary: Annotated[str, Meta(description="The verdict as a sentence.")]
    samples: Annotated[int, Meta(description="Number of samples, all of them in both.")]
    classes: Annotated[list[Label], Meta(description="Classes of both together.")]
    tests: Annotated[int, Meta(description="Number of tests that the P-values are adjusted for.")]
    sought_difference: Annotated[
        float, Meta(description="Difference that `samples_needed` is for: the margin or 0.01.")
    ]
    replicates: Annotated[int | None, Meta(description="Number of replicates of the bootstrap; null without one.")]
    differences: Annotated[list[MetricDifference], Meta(description="The metrics, in the order of the request.")]
    flips: Annotated[FlipCounts, Meta(description="What the candidate changed.")]
    flips_by_class: Annotated[list[FlipCounts], Meta(description="What it changed in each actual class.")]
    flips_by_slice: Annotated[list[FlipCounts], Meta(description="What it changed in each slice.")]
    notices: Annotated[list[str], Meta(description="What was left out, and why.")]
    weighted_by: Annotated[
        str | None, Meta(description="Column of the weights of the samples; null where each counts once.")
    ] = None
    grouped_by: Annotated[
        str | None, Meta(description="Column of the groups that every test is of; null where it is of samples.")
    ] = None
    groups: Annotated[int | None, Meta(description="Number of groups; null where tests are of samples.")] = None
    computed_by: Annotated[
        Computation | None, Meta(description="What computed the result; null of results that did not keep it.")
    ] = None


def packed(result: ComparisonResult) -> bytes:
    """A result as it is stored."""
    return zlib.compress(msgspec.json.encode(result), level=1)


def unpacked(data: bytes) -> ComparisonResult:
    """What `packed` made."""
    return msgspec.json.decode(zlib.decompress(data), type=ComparisonResult)
