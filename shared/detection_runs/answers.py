"""What detection runs answer at an IoU and a confidence, counted from their scenes."""

import threading
from collections.abc import Callable
from typing import NamedTuple, TypeVar
from uuid import UUID

from shared.accounts import Caller
from shared.detection_runs import get_ready, objects, queries
from shared.detection_runs.figures import levels
from shared.detection_runs.figures.differences import RuleDifferences, compare_rules
from shared.detection_runs.figures.judging import CHOSEN_AT
from shared.detection_runs.figures.levels import LevelCounts
from shared.detection_runs.figures.matches import (
    DetectionMatrix,
    JudgedObject,
    MatchFilter,
    MatchKind,
    MatchLevel,
    SceneMatches,
)
from shared.detection_runs.records import DetectionRunRecord, ShownImage
from shared.detection_runs.scenes import scene_cache, scene_file
from shared.detection_runs.scenes.rules import RuleName, rules_for
from shared.detection_runs.scenes.scene_file import StoredScene
from shared.evaluation.detection.error_analysis.error_types import ErrorType
from shared.evaluation.detection.error_analysis.foreign_matrices import DEFAULTS
from shared.evaluation.detection.matching.ranked_outcomes import PrecisionRecall
from shared.evaluation.detection.rules.profiles import ProfileName
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.kit.quotes import listed
from shared.runs.rows.stored_file import ObjectReader

T = TypeVar("T")

# A table's columns lie apart from each other, and most are shorter: six requests for an answer of a million candidates.
COUNTS_BUFFER_BYTES = 2**18


class ObjectRequest(NamedTuple):
    """Which objects a request asks for: the kind, classes by name or None, and from which position how many."""

    kind: MatchKind
    actual: str | None = None
    predicted: str | None = None
    is_background: bool = False
    error: ErrorType | None = None
    start: int = 0
    limit: int = 100

    def among(self, run: DetectionRunRecord) -> MatchFilter:
        """The filter of a run's objects; raises InvalidInput for a class that it does not have."""
        actual, predicted = code_of(run, "actual", self.actual), code_of(run, "predicted", self.predicted)
        return MatchFilter(self.kind, actual, predicted, self.is_background, self.error)


class ProfileCurve(NamedTuple):
    """A curve with the name of its rules; None where there is nothing to find."""

    profile: ProfileName
    curve: PrecisionRecall | None


class ProfileObjects(NamedTuple):
    """Objects with the name of the rules by which they were judged."""

    profile: RuleName
    objects: list[JudgedObject]


class DetectionOverview(NamedTuple):
    """Everything that a page shows of a level: the matrix, a curve, and some objects with their images."""

    matrix: DetectionMatrix
    curve: PrecisionRecall | None
    objects: list[JudgedObject]
    images: dict[UUID, ShownImage]


async def matrix(platform: Platform, caller: Caller, detection_run_id: str, level: MatchLevel) -> DetectionMatrix:
    """Count the objects of a detection run of the caller at a level; raises what `get_ready` raises."""
    run = await get_ready(platform, caller, detection_run_id)
    return await _scan(platform, run, level, SceneMatches.matrix)


async def counts(platform: Platform, caller: Caller, detection_run_id: str, level: MatchLevel) -> LevelCounts:
    """Count what is right, wrong and missed of a detection run of the caller; raises what `get_ready` raises."""
    run = await get_ready(platform, caller, detection_run_id)
    if level.rules not in {None, run.asked.profile}:
        return await _scan(platform, run, level, lambda matches: levels.of_matrix(matches.matrix()))
    iou = CHOSEN_AT if level.iou is None else level.iou

    def read(file: ObjectReader, classes: list[str]) -> LevelCounts:
        with scene_file.opened(file, COUNTS_BUFFER_BYTES) as columns:
            found = levels.count_at(columns, iou, level.confidence)
            if found is None:
                stored = scene_cache.scene_of(_key(run), lambda: scene_file.scene_in(columns))
                found = levels.count(stored.scene, run.asked, iou, level.confidence)
        return found.present(run.asked.profile, iou, classes)

    return await _scan_file(platform, run, read)


async def judged_analyses(
    platform: Platform, caller: Caller, detection_run_id: str, *, is_truth: bool
) -> tuple[UUID, list[UUID]]:
    """Return the project of a detection run of the caller, and the analyses of one side that it judged.

    Raises what `get_ready` raises.
    """
    run = await get_ready(platform, caller, detection_run_id)

    def read(file: ObjectReader, _: list[str]) -> list[UUID]:
        with scene_file.opened(file) as columns:
            ids = columns["reference_analyses" if is_truth else "candidate_analyses"]
        return [scene_file.id_at(ids, position) for position in range(len(ids))]

    return run.project_id, await _scan_file(platform, run, read)


async def curve(
    platform: Platform,
    caller: Caller,
    detection_run_id: str,
    iou: float,
    class_name: str | None,
    profile: ProfileName | None = None,
) -> ProfileCurve:
    """Return the precision-recall curve of a class, or of all, by the rules of the run or by those of a profile.

    Raises what `get_ready` raises, and InvalidInput for an unknown class and for rules that cannot judge the run.
    """
    run = await get_ready(platform, caller, detection_run_id)
    code = code_of(run, "class", class_name)
    found = await _scan(platform, run, MatchLevel(iou, 0.0, profile), lambda matches: matches.curve(code))
    return ProfileCurve(profile or run.asked.profile, found)


async def differences(
    platform: Platform,
    caller: Caller,
    detection_run_id: str,
    level: MatchLevel,
    other: RuleName | None,
    page: slice,
) -> RuleDifferences:
    """Judge a detection run by other rules, or all that can judge it, and list the objects that they judge otherwise.

    Raises what `get_ready` raises, and InvalidInput for rules that cannot judge it.
    """
    run = await get_ready(platform, caller, detection_run_id)
    rules = rules_for(run.asked)
    if other not in (None, *rules[1:]):
        known = ", ".join(rules[1:]) or "none"
        raise InvalidInput(Fault("/profile", f"profile: the rules that this run can be compared with are {known}."))
    others = rules[1:] if other is None else [other]
    return await scan_scene(
        platform, run, lambda stored, classes: compare_rules(stored, run.asked, classes, level, others, page)
    )


async def list_objects(
    platform: Platform, caller: Caller, detection_run_id: str, level: MatchLevel, request: ObjectRequest
) -> ProfileObjects:
    """List right, wrong or missed objects at a level, the worst first.

    Raises what `get_ready` raises, and InvalidInput for an unknown class.
    """
    run = await get_ready(platform, caller, detection_run_id)
    wanted = request.among(run)
    found = await _scan(
        platform, run, level, lambda matches: matches.objects(wanted, start=request.start, limit=request.limit)
    )
    return ProfileObjects(level.rules or run.asked.profile, found)


async def overview(
    platform: Platform, run: DetectionRunRecord, level: MatchLevel, request: ObjectRequest, class_name: str | None
) -> DetectionOverview:
    """Answer all that a page asks of a ready run in one scan; raises InvalidInput for an unknown class."""
    wanted, code = request.among(run), code_of(run, "class", class_name)

    def answer(matches: SceneMatches) -> tuple[DetectionMatrix, PrecisionRecall | None, list[JudgedObject]]:
        shown = matches.objects(wanted, start=request.start, limit=request.limit)
        # A matrix matches what is sure enough: other confidences are not below it.
        return matches.matrix(), None if matches.profile in DEFAULTS else matches.curve(code), shown

    found = await _scan(platform, run, level, answer)
    image_ids = list({one.image_id for one in found[2]})
    async with platform.db.connection() as connection:
        images = await queries.shown_images(connection, run.account_id, image_ids)
    return DetectionOverview(*found, images)


def code_of(run: DetectionRunRecord, field: str, name: str | None) -> int | None:
    """Return the position of a class by its name; raises InvalidInput for one that the run does not have."""
    figures = run.found
    if name is None or figures is None:
        return None
    names = [one.name for one in figures.classes]
    if name not in names:
        detail = f"{field}: not a class of this detection run; its classes are {listed(names)}."
        raise InvalidInput(Fault(f"/{field}", detail))
    return names.index(name)


def check_rules(run: DetectionRunRecord, name: RuleName | None) -> None:
    """Raise InvalidInput for rules that cannot judge a run."""
    if name not in (None, *(known := rules_for(run.asked))):
        raise InvalidInput(Fault("/profile", f"profile: the rules that can judge this run are {', '.join(known)}."))


async def _scan(
    platform: Platform, run: DetectionRunRecord, level: MatchLevel, answer: Callable[[SceneMatches], T]
) -> T:
    check_rules(run, level.rules)
    return await scan_scene(
        platform, run, lambda stored, classes: answer(SceneMatches(stored, run.asked, classes, level))
    )


async def scan_scene(platform: Platform, run: DetectionRunRecord, answer: Callable[[StoredScene, list[str]], T]) -> T:
    """Answer from the scene of a ready run and the names of its classes."""

    def read(file: ObjectReader, classes: list[str]) -> T:
        return answer(scene_cache.scene_of(_key(run), lambda: scene_file.read(file)), classes)

    return await _scan_file(platform, run, read)


async def _scan_file(platform: Platform, run: DetectionRunRecord, answer: Callable[[ObjectReader, list[str]], T]) -> T:
    figures = run.found
    assert figures is not None, "asked of ready ones only"
    assert run.scene_bytes is not None, "written with the folder"
    key, size = _key(run), run.scene_bytes
    classes = [one.name for one in figures.classes]

    def read(stop: threading.Event) -> T:
        return answer(ObjectReader(platform.storage, key, size, stop), classes)

    return await platform.scans.run(run.account_id, read)


def _key(run: DetectionRunRecord) -> str:
    assert run.folder is not None, "a constraint of the table"
    return run.folder + objects.SCENE
