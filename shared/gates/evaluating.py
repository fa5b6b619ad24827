"""The result of a check from both sides; pure, so that it may run anywhere."""

from collections.abc import Iterator

import numpy as np

from shared.comparisons import groups
from shared.comparisons.errors import RunsNotComparable
from shared.comparisons.pairing import PairedSamples, pair
from shared.comparisons.sides import ComparedSide
from shared.evaluation.paired.gate_rule import DropFinding, judge, outcome_of
from shared.evaluation.paired.testing import MIN_SAMPLES
from shared.gates import samples
from shared.gates.concluding import concluded
from shared.gates.policy import GatePolicy
from shared.gates.results import CheckResult, GateReason, GateTest
from shared.gates.testing import GatedDifference, differences, missing_columns, missing_metrics
from shared.gates.words import sentence, subject_of
from shared.kit.plurals import counted


def evaluate(baseline: ComparedSide, candidate: ComparedSide, policy: GatePolicy) -> CheckResult:
    """Judge the candidate by the policy."""
    reasons = samples.golden(candidate, policy.golden_ids)
    common = samples.common(baseline, candidate, policy)
    reasons += common.reasons
    if not len(common.baseline.truth) or not len(common.candidate.truth):
        reasons.append(_unpaired("The two runs have no sample in common."))
        return concluded(reasons, new_samples=common.new, removed_samples=common.removed)
    if reason := samples.private_part(common):
        reasons.append(_unpaired(reason))
        return concluded(reasons, new_samples=common.new, removed_samples=common.removed)
    try:
        paired = pair(common.baseline, common.candidate, group=policy.group)
    except RunsNotComparable as error:
        details = [error.detail, *(fault.detail for fault in error.examples[:1])]
        reasons.append(_unpaired(" ".join(details)))
        return concluded(reasons, new_samples=common.new, removed_samples=common.removed)
    reasons += _judged(paired, policy)
    return concluded(
        reasons,
        samples=len(paired.truth),
        new_samples=common.new,
        removed_samples=common.removed,
        notices=[] if policy.group else groups.notices(paired.grouped_by),
    )


def _unpaired(text: str) -> GateReason:
    return GateReason(outcome="fail", requirement="samples", subject="samples of both runs", text=text)


def _judged(paired: PairedSamples, policy: GatePolicy) -> Iterator[GateReason]:
    if len(paired.truth) < MIN_SAMPLES:
        yield _unpaired(
            f"Both runs have {counted(len(paired.truth), 'sample')}, and fewer than {MIN_SAMPLES} show nothing."
        )
        return
    counted_truth = paired.truth if paired.weights is None else paired.truth[paired.weights > 0]
    if paired.task == "classification" and len(np.unique(counted_truth)) == 1:
        yield _unpaired("All samples have the same true class, so the runs cannot be compared as classifiers.")
        return
    for column, text in missing_columns(paired, policy):
        yield GateReason(outcome="fail", requirement="slice", subject=column, text=text)
    for metric, text in missing_metrics(paired, policy):
        yield GateReason(outcome="fail", requirement="metric", subject=metric, text=text)
    found = list(differences(paired, policy))
    judged = judge([one.evidence for one in found], policy.alpha)
    for one, said in zip(found, judged, strict=True):
        yield _reason(one, said, policy, paired.weighted_by)


def _reason(one: GatedDifference, judged: DropFinding, policy: GatePolicy, weighted_by: str | None) -> GateReason:
    measured, tested = one.measured, one.measured.tested
    low, high = tested.interval or (None, None)
    test = GateTest(
        metric=measured.metric,
        label=measured.label,
        slice=measured.slice,
        finding=judged.finding,
        margin=one.margin,
        samples=measured.samples,
        baseline=measured.baseline,
        candidate=measured.candidate,
        difference=tested.difference,
        low=low,
        high=high,
        method=tested.method,
        p_fail=judged.p_fail,
        p_within=judged.p_within,
        detectable_difference=measured.detectable,
        weighted_by=weighted_by,
        grouped_by=policy.group,
    )
    return GateReason(
        outcome=outcome_of(judged.finding, allow_inconclusive=policy.allow_inconclusive),
        requirement="metric" if measured.slice is None else "slice",
        subject=subject_of(test),
        text=sentence(test, tested.reason),
        test=test,
    )
