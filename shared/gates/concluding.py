"""The result of a check from its reasons; pure."""

from collections.abc import Sequence

from shared.evaluation.paired.gate_rule import worst
from shared.gates.results import CheckResult, GateReason
from shared.gates.testing import SEED
from shared.gates.words import summary
from shared.kit.computation import computation

_ORDER = {"fail": 0, "warn": 1, "pass": 2}


def without_baseline(text: str) -> CheckResult:
    """The result of a check that has nothing to compare with."""
    return concluded([GateReason(outcome="fail", requirement="baseline", subject="baseline", text=text)])


def concluded(
    reasons: list[GateReason],
    *,
    samples: int = 0,
    new_samples: int = 0,
    removed_samples: int = 0,
    notices: Sequence[str] = (),
    seed: int = SEED,
) -> CheckResult:
    """The result from its reasons; `seed` is that of what was drawn."""
    verdict = worst(reason.outcome for reason in reasons)
    ordered = sorted(reasons, key=lambda reason: _ORDER[reason.outcome])
    return CheckResult(
        verdict=verdict,
        summary=summary(verdict, ordered),
        samples=samples,
        new_samples=new_samples,
        removed_samples=removed_samples,
        reasons=ordered,
        notices=[*notices],
        computed_by=computation(seed),
    )
