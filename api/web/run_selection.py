"""What a page shows of a run: the class, the threshold and the slices of its address."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import QueryParameter

from api.web.numbers import read_number
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.decisions import ThresholdDecision, decided, read_decision
from shared.runs.filters import Condition, read_class, read_conditions
from shared.runs.records import ReadyRun

ClassParameter = Annotated[str, QueryParameter(name="class")]
ThresholdParameter = Annotated[str, QueryParameter()]
SliceParameter = Annotated[list[str] | None, QueryParameter(name="slice")]


@dataclass(frozen=True, slots=True)
class RunSelection:
    """The part of a run that an address selects, and the run as it is there."""

    run: ReadyRun
    stored: ReadyRun
    position: int | None
    decision: ThresholdDecision | None
    slices: list[str]
    conditions: list[Condition]
    class_label: str
    threshold: str

    @property
    def is_slice(self) -> bool:
        """Whether only some of the samples are selected."""
        return bool(self.conditions)

    @property
    def query(self) -> str:
        """The selection as the query of an address; empty for the whole run."""
        return self._query(self.slices)

    def without(self, text: str) -> str:
        """The query of the selection without one of its slices."""
        return self._query([kept for kept in self.slices if kept != text])

    async def matrix(self, platform: Platform) -> ConfusionMatrix:
        """The confusion matrix of the selected samples."""
        return await answers.matrix(platform, self.stored, self.conditions, self.decision)

    def _query(self, slices: list[str]) -> str:
        pairs = [("class", self.class_label), ("threshold", self.threshold), *(("slice", one) for one in slices)]
        return urlencode([(name, value) for name, value in pairs if value])


def select(stored: ReadyRun, class_label: str, threshold: str, slices: list[str] | None) -> RunSelection:
    """Read a selection; raises InvalidInput, ScoresMissing."""
    position = _scored_class(stored) if not class_label else read_class(stored, class_label, "class")
    decision = read_decision(stored, read_number(threshold, "threshold", "0.5"), position)
    run = stored if decision is None else decided(stored, decision)
    wanted = [text for text in slices or () if text]
    return RunSelection(
        run, stored, position, decision, wanted, read_conditions(stored, wanted), class_label, threshold.strip()
    )


def _scored_class(run: ReadyRun) -> int | None:
    """The class whose scores a page shows before one is chosen; None for the positive one, or without scores."""
    if run.positive_position is not None or not run.summary.scores:
        return None
    return run.summary.scores[0].class_position or 0
