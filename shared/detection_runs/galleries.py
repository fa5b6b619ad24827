"""What a gallery shows of a detection run: its images, the most wrong first, and the neighbours of one."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from shared.accounts import Caller
from shared.detection_runs import get_ready, queries
from shared.detection_runs.answers import ObjectRequest, check_rules, scan_scene
from shared.detection_runs.errors import ImageNotJudged
from shared.detection_runs.figures.image_order import JudgedImage, OrderedImages, judged_images, ordered, positions_of
from shared.detection_runs.figures.matches import MatchFilter, MatchKind, MatchLevel, SceneMatches
from shared.detection_runs.records import DetectionRunRecord, ShownImage
from shared.detection_runs.scenes.scene_file import StoredScene, id_at
from shared.evaluation.detection.error_analysis.error_types import ErrorType
from shared.kit.ids import known_uuid
from shared.kit.platform import Platform
from shared.projects.listing import Search

# So many deleted images in a row are passed over on the way to the next one.
_MOST_PASSED = 100


class ImageRequest(NamedTuple):
    """Which images a request asks for, and from which position how many.

    Without a kind all of them; with one, those with such an object, by the filters of objects. A key of metadata, and
    a part of its value, leave those that have them.
    """

    kind: MatchKind | None = None
    actual: str | None = None
    predicted: str | None = None
    is_background: bool = False
    error: ErrorType | None = None
    search: Search = Search()
    start: int = 0
    limit: int = 24

    def among(self, run: DetectionRunRecord) -> MatchFilter | None:
        """The filter of objects; raises InvalidInput for a class that the run does not have."""
        if self.kind is None:
            # A filter without a kind is one of errors, as those are looked for.
            if not (self.actual or self.predicted or self.is_background or self.error):
                return None
            kind: MatchKind = "FN" if self.error == "missed" else "FP"
            return ObjectRequest(kind, *self[1:5]).among(run)
        return ObjectRequest(self.kind, *self[1:5]).among(run)


class Gallery(NamedTuple):
    """A page of images, how many there are, and what is known of those that still exist."""

    level: MatchLevel
    total: int
    images: list[JudgedImage]
    shown: dict[UUID, ShownImage]


class ImageWalk(NamedTuple):
    """One image, its place among those that are asked for, from 1, or None, and its neighbours that still exist."""

    level: MatchLevel
    image: JudgedImage
    shown: ShownImage
    place: int | None
    total: int
    previous: UUID | None
    following: UUID | None


class _Walked(NamedTuple):
    level: MatchLevel
    image: JudgedImage
    place: int | None
    total: int
    before: list[UUID]
    after: list[UUID]


async def list_images(
    platform: Platform, caller: Caller, detection_run_id: str, level: MatchLevel, request: ImageRequest
) -> Gallery:
    """List the images of a detection run at a level, those with the most errors first.

    Raises what `get_ready` raises, and InvalidInput for an unknown class or a value without a key.
    """
    run = await get_ready(platform, caller, detection_run_id)
    check_rules(run, level.rules)
    wanted, named = request.among(run), await _named(platform, run, request.search)

    def answer(stored: StoredScene, classes: list[str]) -> tuple[MatchLevel, int, list[JudgedImage]]:
        matches = SceneMatches(stored, run.asked, classes, level)
        order = _order(stored, matches, wanted, named)
        some = order._replace(positions=order.positions[request.start : request.start + request.limit])
        images = judged_images(matches, some)
        return MatchLevel(matches.iou, matches.confidence), len(order.positions), images

    found = await scan_scene(platform, run, answer)
    return Gallery(*found, await _shown(platform, run, [image.image_id for image in found[2]]))


async def walk(
    platform: Platform,
    caller: Caller,
    detection_run_id: str,
    image_id: str,
    level: MatchLevel,
    request: ImageRequest,
) -> ImageWalk:
    """Show one image of a detection run among those that are asked for.

    Raises what `list_images` raises, and ImageNotJudged for an image that the run does not have or that was deleted.
    """
    run = await get_ready(platform, caller, detection_run_id)
    check_rules(run, level.rules)
    wanted, named = request.among(run), await _named(platform, run, request.search)
    known = known_uuid(image_id, ImageNotJudged)

    def answer(stored: StoredScene, classes: list[str]) -> _Walked | None:
        positions = positions_of(stored, [known])
        if not len(positions):
            return None
        matches = SceneMatches(stored, run.asked, classes, level)
        return _walked(stored, matches, _order(stored, matches, wanted, named), positions)

    found = await scan_scene(platform, run, answer)
    if found is None:
        raise ImageNotJudged
    shown = await _shown(platform, run, [known, *found.before, *found.after])
    if known not in shown:
        raise ImageNotJudged
    return ImageWalk(
        found.level,
        found.image,
        shown[known],
        None if found.place is None else found.place + 1,
        found.total,
        next((one for one in found.before if one in shown), None),
        next((one for one in found.after if one in shown), None),
    )


def _walked(stored: StoredScene, matches: SceneMatches, order: OrderedImages, positions: NDArray[np.int64]) -> _Walked:
    """One image, whose position is the only one of `positions`, and the images around it in this order."""
    (image,) = judged_images(matches, order._replace(positions=positions))
    found = np.flatnonzero(order.positions == positions[0])
    place = int(found[0]) if len(found) else None
    split = (0, 0) if place is None else (place, place + 1)
    before, after = order.positions[: split[0]][::-1][:_MOST_PASSED], order.positions[split[1] :][:_MOST_PASSED]
    ids = ([id_at(stored.images, int(row)) for row in rows] for rows in (before, after))
    return _Walked(MatchLevel(matches.iou, matches.confidence), image, place, len(order.positions), *ids)


def _order(
    stored: StoredScene, matches: SceneMatches, wanted: MatchFilter | None, named: list[UUID] | None
) -> OrderedImages:
    among = None if named is None else positions_of(stored, named)
    return ordered(matches, len(stored.images), wanted, among)


async def _named(platform: Platform, run: DetectionRunRecord, search: Search) -> list[UUID] | None:
    """The images with the metadata; None without a filter."""
    search.check()
    if search.key is None:
        return None
    async with platform.db.connection() as connection:
        return await queries.images_with(connection, run.project_id, search.key, search.value)


async def _shown(platform: Platform, run: DetectionRunRecord, image_ids: Sequence[UUID]) -> dict[UUID, ShownImage]:
    async with platform.db.connection() as connection:
        return await queries.shown_images(connection, run.account_id, image_ids)
