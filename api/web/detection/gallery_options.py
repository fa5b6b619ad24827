"""Options of a gallery of a detection run, from its address: the level, the filter and the position."""

from typing import Any, Literal, NamedTuple, get_args

from api.web.detection.options import DetectionPageOptions, RulesOrOwn, query_of
from shared.detection_runs.figures.matches import MatchKind, MatchLevel
from shared.detection_runs.galleries import ImageRequest
from shared.evaluation.detection.error_analysis.error_types import ErrorType
from shared.projects.listing import Search

PAGE_SIZE = 24


# Images with objects of this kind; of any without one.
KindOrAny = Literal["", "TP", "FP", "FN"]
# A form sends an empty text for any.
ErrorOrAny = ErrorType | Literal[""]


class GalleryOptions(NamedTuple):
    """The query of the gallery, and of an image within it; texts that are empty ask for nothing."""

    iou: str = ""
    confidence: str = ""
    kind: KindOrAny = ""
    actual: str = ""
    predicted: str = ""
    background: bool = False
    error: ErrorOrAny = ""
    metadata_key: str = ""
    metadata_value: str = ""
    start: int = 0
    profile: RulesOrOwn = ""

    @property
    def level(self) -> MatchLevel:
        """The level; raises InvalidInput."""
        return DetectionPageOptions(self.iou, self.confidence, profile=self.profile).level

    @property
    def request(self) -> ImageRequest:
        """The images of a page, and one more if there are more."""
        kind: MatchKind | None = next((known for known in get_args(MatchKind) if known == self.kind), None)
        search = Search(None, self.metadata_key or None, self.metadata_value or None)
        named = (self.actual or None, self.predicted or None, self.background, self.error or None)
        return ImageRequest(kind, *named, search, self.start, PAGE_SIZE + 1)

    def address(self, **changes: Any) -> str:
        """Return the query with these options, or with changes to them; from the first image on."""
        return query_of(self._asdict() | {"start": 0} | changes, self._field_defaults)

    @classmethod
    def of_objects(cls, options: DetectionPageOptions, confidence: float) -> "GalleryOptions":
        """The gallery of the images behind the objects of the page of figures."""
        same = (options.kind, options.actual, options.predicted, options.background, options.error or "")
        # All digits: a rounded confidence may leave out the box that it is taken from.
        return cls(options.iou, options.confidence or str(confidence), *same, profile=options.profile)
