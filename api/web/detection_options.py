"""What the page of a detection run shows: the level, the class and the objects of its address."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from api.web.numbers import read_number
from shared.detection_runs.answers import ObjectRequest
from shared.detection_runs.matches import MatchKind, MatchLevel
from shared.evaluation.detection.error_types import BACKGROUND, FOREGROUND, ErrorType
from shared.kit.errors import Fault, InvalidInput

PAGE_SIZE = 24


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

    @property
    def level(self) -> MatchLevel:
        """The level; raises InvalidInput."""
        iou = read_number(self.iou, "iou", "0.5")
        confidence = read_number(self.confidence, "confidence", "0.5")
        if iou is not None and not BACKGROUND <= iou <= 1:
            raise InvalidInput(Fault("/iou", "iou: write a number from 0.1 to 1, such as 0.5."))
        if confidence is not None and not 0 <= confidence <= 1:
            raise InvalidInput(Fault("/confidence", "confidence: write a number from 0 to 1, such as 0.5."))
        return MatchLevel(FOREGROUND if iou is None else iou, confidence)

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
        values = self._asdict() | {"start": 0} | changes
        return urlencode({name: value for name, value in values.items() if value != self._field_defaults[name]})

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
