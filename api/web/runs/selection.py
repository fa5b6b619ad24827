"""What a page shows of a run, by its address."""

from dataclasses import dataclass

from api.web.numbers import read_number
from api.web.runs.address import RunAddress
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition, read_class, read_conditions
from shared.runs.scores.decisions import ThresholdDecision, decided, read_decision


@dataclass(frozen=True, slots=True)
class RunSelection:
    """The part of a run that an address selects, and the run as it is there."""

    run: ReadyRun
    stored: ReadyRun
    position: int | None
    decision: ThresholdDecision | None
    conditions: list[Condition]
    address: RunAddress

    @property
    def is_slice(self) -> bool:
        """Whether only some of the samples are selected."""
        return bool(self.conditions)

    async def matrix(self, platform: Platform) -> ConfusionMatrix:
        """The confusion matrix of the selected samples."""
        return await answers.matrix(platform, self.stored, self.conditions, self.decision)


def select(stored: ReadyRun, address: RunAddress) -> RunSelection:
    """Read a selection; raises InvalidInput, ScoresMissing."""
    label = address.class_label
    position = read_class(stored, label, "class") if label else _scored_class(stored)
    decision = read_decision(stored, read_number(address.threshold, "threshold", "0.5"), position)
    run = stored if decision is None else decided(stored, decision)
    return RunSelection(run, stored, position, decision, read_conditions(stored, address.slices), address)


def _scored_class(run: ReadyRun) -> int | None:
    """The class whose scores a page shows before one is chosen; None for the positive one, or without scores."""
    if run.positive_position is not None or not run.summary.scores:
        return None
    return run.summary.scores[0].class_position or 0
