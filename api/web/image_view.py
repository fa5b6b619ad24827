"""What the page of an image shows: of which analyses, which of their annotations, and what was said of it."""

import asyncio
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response
from msgspec import Meta

from api.web.page_request import PageRequest, state_text
from shared import analyses, projects
from shared.analyses.annotations import listing
from shared.analyses.annotations.formats import Size
from shared.analyses.annotations.listing import Window
from shared.analyses.annotations.queries import Filter
from shared.analyses.records import AnalysisRecord
from shared.kit.errors import Problem
from shared.presentation.overlay import MatchState, Shape, hues_of, shapes
from shared.presentation.overlay_matching import ModelShapes, compared
from shared.projects import comments, images
from shared.projects.records import CommentRecord, ImageRecord

# Nobody tells more shapes apart, and a browser draws no more at once.
MAX_SHAPES = 1000
# Postgres counts its way to a page.
MAX_PAGES = 10_000

COMMENTS_SHOWN = 100

# The kinds that have a place in the image, from the lowest.
DRAWN = ("heatmap", "segmentation", "bounding_box", "keypoint")

Layout = Literal["over", "beside"]


class ImageViewOptions(NamedTuple):
    """Which analyses, which of their annotations, and how; the fields are the parameters of the page.

    Comments are those that were made after the one with the id `comments_after`.
    """

    first: str = ""
    second: str = ""
    class_name: str = ""
    least: Annotated[float, Meta(ge=0, le=1)] = 0
    layout: Layout = "over"
    page: Annotated[int, Meta(ge=1, le=MAX_PAGES)] = 1
    comments_after: UUID | None = None

    def address(self, **changes: Any) -> str:
        """The query of the page that shows this, or this with changes."""
        values = self._asdict() | changes
        return urlencode({name: value for name, value in values.items() if value != self._field_defaults.get(name)})


class Layer(NamedTuple):
    """An analysis and what is drawn of it: `shapes` are those from `skipped` on, of `fitting` that were asked for."""

    analysis: AnalysisRecord
    shapes: list[Shape]
    skipped: int
    fitting: int

    @property
    def drawn(self) -> list[Shape]:
        """What has a place in the image, in the order of drawing: what is small lies above what is large."""
        return sorted((shape for shape in self.shapes if shape.kind in DRAWN), key=_depth)

    @property
    def agreements(self) -> dict[str, int]:
        """How many of the shapes stand how to those of the other model."""
        told = [shape.agreement for shape in self.shapes]
        return {one.value: told.count(one) for one in MatchState}


def _depth(shape: Shape) -> tuple[int, float]:
    return DRAWN.index(shape.kind), -shape.box[2] * shape.box[3] if shape.box else 0


class ClassLegend(NamedTuple):
    """A class, its colour, and how many annotations there are of it."""

    name: str
    hue: int
    total: int


class ImageView(NamedTuple):
    """What of an image's analyses is shown; `pages` of annotations there are."""

    image: ImageRecord
    analyses: list[AnalysisRecord]
    layers: list[Layer]
    classes: list[ClassLegend]
    pages: int
    state: str

    @property
    def is_compared(self) -> bool:
        """Whether two models are told apart."""
        return len(self.layers) > 1

    @property
    def has_uncompared(self) -> bool:
        """Whether some of what is drawn is of a kind that is not compared."""
        return any(shape.agreement is None for layer in self.layers for shape in layer.drawn)

    @property
    def is_settled(self) -> bool:
        """Whether every analysis has come to its end."""
        return all(analysis.is_final for analysis in self.analyses)


async def looked_up(page_request: PageRequest, image_id: str) -> tuple[ImageRecord, list[AnalysisRecord]]:
    """An image of who is signed in, and its analyses; raises ImageNotFound."""
    image = await images.find(page_request.platform, page_request.caller, image_id)
    return image, await analyses.of_image(page_request.platform, page_request.caller, image_id)


def state_of(found: list[AnalysisRecord]) -> str:
    """Another text whenever something has changed about an analysis."""
    told = [(one.id, one.status, one.annotation_count, one.updated_at) for one in found]
    return state_text(told)


async def shown(
    page_request: PageRequest, image: ImageRecord, found: list[AnalysisRecord], wanted: ImageViewOptions
) -> ImageView:
    """The analyses that were asked for, drawn."""
    by_id = {str(analysis.id): analysis for analysis in found}
    chosen = [by_id[one] for one in dict.fromkeys((wanted.first, wanted.second)) if one in by_id]
    if not chosen and found:
        # The newest that has come to an end says most.
        chosen = [next((analysis for analysis in found if analysis.is_final), found[0])]
    filters = Filter(None, wanted.class_name or None, wanted.least or None)
    skipped = (wanted.page - 1) * MAX_SHAPES
    windows = [
        await listing.window(
            page_request.platform, page_request.caller, analysis, filters, skip=skipped, limit=MAX_SHAPES
        )
        for analysis in chosen
    ]
    counts: dict[str, int] = {}
    for window in windows:
        for name, count in window.counts.items():
            counts[name] = counts.get(name, 0) + count
    names = sorted(counts)
    layers = await asyncio.to_thread(_layers, windows, names, skipped, Size(image.height, image.width))
    classes = [ClassLegend(name, hue, counts[name]) for name, hue in hues_of(names).items()]
    pages = max((-(-window.fitting // MAX_SHAPES) for window in windows), default=1)
    return ImageView(image, found, layers, classes, pages, state_of(found))


async def comments_on(page_request: PageRequest, image_id: str, wanted: ImageViewOptions) -> list[CommentRecord]:
    """The comments of the page, and one more if there are more."""
    after, limit = wanted.comments_after, COMMENTS_SHOWN + 1
    return await comments.list_own(page_request.platform, page_request.caller, image_id, after=after, limit=limit)


async def image_page(
    page_request: PageRequest, image_id: str, wanted: ImageViewOptions, problem: Problem | None = None, **typed: str
) -> Response[str]:
    """The whole page; with a problem and what was typed, where a form of it was refused."""
    image, found = await looked_up(page_request, image_id)
    project = await projects.find(page_request.platform, page_request.caller, str(image.project_id))
    remarks = await comments_on(page_request, image_id, wanted)
    # Thousands of shapes are not written in an event loop.
    return await asyncio.to_thread(
        page_request.render,
        "images/page.html",
        page_request.status(problem),
        shown=await shown(page_request, image, found, wanted),
        project=project,
        wanted=wanted,
        most=MAX_SHAPES,
        remarks=remarks[:COMMENTS_SHOWN],
        has_later_remarks=len(remarks) > COMMENTS_SHOWN,
        problem=problem,
        typed=typed,
    )


def _layers(windows: list[Window], names: list[str], skipped: int, image: Size) -> list[Layer]:
    sides = [ModelShapes(window.annotations, shapes(window.annotations, names)) for window in windows]
    drawn = [list(side.shapes) for side in sides]
    if len(sides) == 2:  # noqa: PLR2004 - a page compares two
        drawn = list(compared(sides[0], sides[1], image))
    return [Layer(window.analysis, one, skipped, window.fitting) for window, one in zip(windows, drawn, strict=True)]
