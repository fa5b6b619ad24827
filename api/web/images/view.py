"""The page of an image: the selected analyses, their annotations as layers, and comments."""

import asyncio
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response
from msgspec import Meta

from api.web.page_request import PageRequest, state_hash
from shared import analyses, projects
from shared.accounts import Caller
from shared.analyses.annotations import listing
from shared.analyses.annotations.formats import Size
from shared.analyses.annotations.listing import Window
from shared.analyses.annotations.queries import Filter
from shared.analyses.records import AnalysisRecord
from shared.kit.errors import Problem
from shared.kit.platform import Platform
from shared.presentation.images.label_places import Rectangle
from shared.presentation.images.overlay import MatchState, Shape, hues_of, shapes
from shared.presentation.images.overlay_labels import places_of
from shared.presentation.images.overlay_matching import ModelShapes, match_shapes
from shared.projects import comments, images
from shared.projects import listing as image_listing
from shared.projects.listing import Search, Sort
from shared.projects.records import CommentRecord, ImageRecord

# More shapes cannot be distinguished, and are too many for a browser to draw at once.
MAX_SHAPES = 1000
# Postgres counts its way to a page.
MAX_PAGES = 10_000

MAX_COMMENTS = 100

# The kinds that have a position in the image, from the lowest layer to the highest.
KINDS_IN_IMAGE = ("heatmap", "segmentation", "bounding_box", "keypoint")

Layout = Literal["over", "beside"]


class ImageViewOptions(NamedTuple):
    """The selection and layout of the page; the fields are its query parameters.

    Comments are those that were made after the one with the id `comments_after`.
    """

    first: str = ""
    second: str = ""
    class_name: str = ""
    least: Annotated[float, Meta(ge=0, le=1)] = 0
    layout: Layout = "over"
    page: Annotated[int, Meta(ge=1, le=MAX_PAGES)] = 1
    comments_after: UUID | None = None
    # Of the list of images that it was opened from.
    sort: Sort = "-created_at"
    filename: str = ""

    def address(self, **changes: Any) -> str:
        """Return the query of the page with these options, or with changes to them."""
        values = self._asdict() | changes
        return urlencode({name: value for name, value in values.items() if value != self._field_defaults.get(name)})


class Layer(NamedTuple):
    """An analysis and its shapes: those from `skipped` on, out of `fitting` that match the filter.

    `places` are those of the labels of boxes, by the shape's id.
    """

    analysis: AnalysisRecord
    shapes: list[Shape]
    skipped: int
    fitting: int
    places: dict[str, Rectangle]

    @property
    def drawable_shapes(self) -> list[Shape]:
        """The shapes with a position in the image, in the order of drawing: small ones lie above large ones."""
        return sorted((shape for shape in self.shapes if shape.kind in KINDS_IN_IMAGE), key=_depth)

    @property
    def agreements(self) -> dict[str, int]:
        """The number of shapes in each state of matching with the other model."""
        states = [shape.agreement for shape in self.shapes]
        return {state.value: states.count(state) for state in MatchState}


def _depth(shape: Shape) -> tuple[int, float]:
    return KINDS_IN_IMAGE.index(shape.kind), -shape.box[2] * shape.box[3] if shape.box else 0


class ClassLegend(NamedTuple):
    """A class, its colour, and its number of annotations."""

    name: str
    hue: int
    total: int


class ImageView(NamedTuple):
    """The image with its selected analyses; `pages` is the number of pages of annotations."""

    image: ImageRecord
    analyses: list[AnalysisRecord]
    layers: list[Layer]
    classes: list[ClassLegend]
    pages: int
    state: str

    @property
    def is_compared(self) -> bool:
        """Whether two models are compared."""
        return len(self.layers) > 1

    @property
    def has_uncompared(self) -> bool:
        """Whether some of the drawn shapes are of a kind that is not compared."""
        return any(shape.agreement is None for layer in self.layers for shape in layer.drawable_shapes)

    @property
    def is_settled(self) -> bool:
        """Whether every analysis has a final status."""
        return all(analysis.is_final for analysis in self.analyses)


async def find_image(page_request: PageRequest, image_id: str) -> tuple[ImageRecord, list[AnalysisRecord]]:
    """Find an image of the caller, and its analyses; raises ImageNotFound."""
    image = await images.find(page_request.platform, page_request.caller, image_id)
    return image, await analyses.of_image(page_request.platform, page_request.caller, image_id)


def state_of(image_analyses: list[AnalysisRecord]) -> str:
    """Return a hash that changes with every change of the analyses."""
    return state_hash([(each.id, each.status, each.annotation_count, each.updated_at) for each in image_analyses])


async def load_view(
    platform: Platform,
    owner: Caller,
    image: ImageRecord,
    image_analyses: list[AnalysisRecord],
    options: ImageViewOptions,
) -> ImageView:
    """Load the selected analyses with their shapes."""
    by_id = {str(analysis.id): analysis for analysis in image_analyses}
    selection = [by_id[key] for key in dict.fromkeys((options.first, options.second)) if key in by_id]
    if not selection and image_analyses:
        # The newest finished analysis is the most informative.
        selection = [next((analysis for analysis in image_analyses if analysis.is_final), image_analyses[0])]
    filters = Filter(None, options.class_name or None, options.least or None)
    skipped = (options.page - 1) * MAX_SHAPES
    windows = [
        await listing.window(platform, owner, analysis, filters, skip=skipped, limit=MAX_SHAPES)
        for analysis in selection
    ]
    counts: dict[str, int] = {}
    for window in windows:
        for name, count in window.counts.items():
            counts[name] = counts.get(name, 0) + count
    names = sorted(counts)
    layers = await asyncio.to_thread(_layers, windows, names, skipped, Size(image.height, image.width))
    classes = [ClassLegend(name, hue, counts[name]) for name, hue in hues_of(names).items()]
    pages = max((-(-window.fitting // MAX_SHAPES) for window in windows), default=1)
    return ImageView(image, image_analyses, layers, classes, pages, state_of(image_analyses))


async def comments_on(page_request: PageRequest, image_id: str, options: ImageViewOptions) -> list[CommentRecord]:
    """List the comments of the page, and one more if there are more."""
    after, limit = options.comments_after, MAX_COMMENTS + 1
    return await comments.list_own(page_request.platform, page_request.caller, image_id, after=after, limit=limit)


async def image_page(
    page_request: PageRequest,
    image_id: str,
    options: ImageViewOptions,
    problem: Problem | None = None,
    **form_values: str,
) -> Response[str]:
    """Render the whole page; with a problem and the form's values, where a form was refused."""
    image, image_analyses = await find_image(page_request, image_id)
    project = await projects.find(page_request.platform, page_request.caller, str(image.project_id))
    page_comments = await comments_on(page_request, image_id, options)
    search = Search(filename=options.filename or None)
    neighbours = await image_listing.neighbours(page_request.platform, image, search, sort=options.sort)
    # Thousands of shapes are not written in an event loop.
    return await asyncio.to_thread(
        page_request.render,
        "images/page.html",
        page_request.status(problem),
        view=await load_view(page_request.platform, page_request.caller, image, image_analyses, options),
        project=project,
        options=options,
        neighbours=neighbours,
        max_shapes=MAX_SHAPES,
        comments=page_comments[:MAX_COMMENTS],
        has_later_comments=len(page_comments) > MAX_COMMENTS,
        problem=problem,
        form_values=form_values,
    )


def _layers(windows: list[Window], names: list[str], skipped: int, image: Size) -> list[Layer]:
    sides = [ModelShapes(window.annotations, shapes(window.annotations, names)) for window in windows]
    shapes_by_side = [list(side.shapes) for side in sides]
    if len(sides) == 2:  # noqa: PLR2004 - a page compares two
        shapes_by_side = list(match_shapes(sides[0], sides[1], image))
    places = places_of([shape for side_shapes in shapes_by_side for shape in side_shapes], image)
    return [
        Layer(window.analysis, side_shapes, skipped, window.fitting, places)
        for window, side_shapes in zip(windows, shapes_by_side, strict=True)
    ]
