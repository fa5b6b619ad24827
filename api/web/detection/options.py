"""Options of the page of a detection run, from its address: the level, the class and the objects."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import urlencode

from api.web.numbers import read_number
from shared.detection_runs.answers import ObjectRequest
from shared.detection_runs.figures.matches import MatchKind, MatchLevel
from shared.detection_runs.results import DetectedClass
from shared.detection_runs.scenes.rules import RuleName
from shared.evaluation.detection.error_analysis.error_types import BACKGROUND, ErrorType
from shared.evaluation.detection.precision.detection_rates import DetectionRates
from shared.evaluation.intervals.of_matrix import Estimate
from shared.kit.errors import Fault, InvalidInput
from shared.presentation.whiskers import Whisker, whisker

PAGE_SIZE = 24

_CountName = Literal["true_positives", "false_positives", "false_negatives"]
TableSort = Literal["name", "objects", "candidates", "ap", "ap_50", "ap_75"] | _CountName
CLASS_SORTS: dict[TableSort, str] = {
    "name": "Class",
    "objects": "Objects",
    "candidates": "Candidates",
    "true_positives": "TP",
    "false_positives": "FP",
    "false_negatives": "FN",
    "ap": "AP",
    "ap_50": "IoU 0.50",
    "ap_75": "IoU 0.75",
}


class DetectedClassRow(NamedTuple):
    """A class with the bar of its AP and its counts at the level of the page."""

    figures: DetectedClass
    drawn: Whisker
    counts: DetectionRates

    def worth(self, sort: TableSort) -> float:
        """The value by which rows are sorted; what is undefined comes last."""
        value = getattr(self.counts if sort in get_args(_CountName) else self.figures, sort)
        return -math.inf if value is None else float(value)


def class_rows(
    classes: Sequence[DetectedClass], counts: Sequence[DetectionRates], sort: TableSort
) -> list[DetectedClassRow]:
    """The classes by name, or those with the largest values first."""
    rows = [DetectedClassRow(one, whisker(_estimate(one)), count) for one, count in zip(classes, counts, strict=True)]
    return rows if sort == "name" else sorted(rows, key=lambda row: -row.worth(sort))


def _estimate(one: DetectedClass) -> Estimate:
    bounds = (None, None) if one.interval is None else (one.interval.low, one.interval.high)
    return Estimate(one.ap, *bounds)


def query_of(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Return the query of an address with the options that are not as they are by default."""
    return urlencode({name: value for name, value in values.items() if value != defaults[name]})


# A form sends an empty text for the rules of the run.
RulesOrOwn = RuleName | Literal[""]


class DetectionPageOptions(NamedTuple):
    """The query of the page; texts that are empty ask for nothing."""

    iou: str = ""
    confidence: str = ""
    class_name: str = ""
    kind: MatchKind = "FP"
    actual: str = ""
    predicted: str = ""
    background: bool = False
    error: ErrorType | None = None
    start: int = 0
    sort: TableSort = "name"
    profile: RulesOrOwn = ""

    @property
    def level(self) -> MatchLevel:
        """The level; raises InvalidInput."""
        iou = read_number(self.iou, "iou", "0.5")
        confidence = read_number(self.confidence, "confidence", "0.5")
        if iou is not None and not BACKGROUND <= iou <= 1:
            raise InvalidInput(Fault("/iou", "iou: write a number from 0.1 to 1, such as 0.5."))
        if confidence is not None and not 0 <= confidence <= 1:
            raise InvalidInput(Fault("/confidence", "confidence: write a number from 0 to 1, such as 0.5."))
        return MatchLevel(iou, confidence, self.profile or None)

    @property
    def request(self) -> ObjectRequest:
        """The objects of a page, and one more if there are more."""
        return ObjectRequest(
            self.kind,
            self.actual or None,
            self.predicted or None,
            self.background,
            self.error,
            self.start,
            PAGE_SIZE + 1,
        )

    def address(self, **changes: Any) -> str:
        """Return the query of the page with these options, or with changes to them; from the first object on."""
        return query_of(self._asdict() | {"start": 0} | changes, self._field_defaults)

    def cell(self, actual: str | None, predicted: str | None) -> str:
        """Return the query for the objects of a cell of the matrix; None is the background."""
        is_missed = predicted is None
        kind = "FN" if is_missed else "TP" if actual == predicted else "FP"
        is_background = actual is None or is_missed
        return self.address(
            kind=kind,
            actual=actual or "",
            predicted=predicted or "",
            background=is_background,
            error=None,
        )
