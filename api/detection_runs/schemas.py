"""Bodies and answers of the routes of detection runs."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.http import paging
from api.runs.bodies import Notes, RunTags, RunText
from shared.analyses.agreement.pairs import Id
from shared.detection_runs.answers import ProfileCurve
from shared.detection_runs.figures.differences import DifferingObject
from shared.detection_runs.figures.image_order import JudgedImage
from shared.detection_runs.figures.matches import JudgedObject
from shared.detection_runs.galleries import Gallery
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.records import DetectionIntervals, DetectionRunDescription, DetectionRunRecord, ShownImage
from shared.detection_runs.results import DetectionFigures, RuleCounts
from shared.evaluation.detection.error_analysis.foreign_matrices import MatrixProfile
from shared.evaluation.detection.rules.profiles import ProfileName
from shared.jobs.result_status import ResultStatus
from shared.kit.names import ModelName, ModelVersion


class DetectionRunIn(DetectionOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A detection run to make."""

    project_id: Annotated[Id, Meta(description="Id of the project whose images have ground truth.")]
    model_name: Annotated[ModelName, Meta(description="Name of the model.")]
    model_version: Annotated[
        ModelVersion | None, Meta(description="Version of the model; null for the newest analysis of each image.")
    ] = None
    name: Annotated[RunText | None, Meta(description="Name of the detection run; 1 to 200 characters.")] = None
    tags: Annotated[
        RunTags,
        Meta(description="Tags by which gates find their baseline; up to 20, each of 1 to 50 characters."),
    ] = []
    notes: Annotated[Notes | None, Meta(description="Anything else; up to 10,000 characters.")] = None

    @property
    def description(self) -> DetectionRunDescription:
        """What its owner says of it."""
        return DetectionRunDescription(self.name, self.tags, self.notes)

    @property
    def options(self) -> DetectionOptions:
        """What is asked for, without the model."""
        return DetectionOptions(**{name: getattr(self, name) for name in DetectionOptions.__struct_fields__})


class DetectionRunPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes to the description of a detection run; fields that are not sent stay, null clears."""

    name: Annotated[RunText | UnsetType | None, Meta(description="Name of the detection run; 1 to 200 characters.")] = (
        UNSET
    )
    tags: Annotated[
        RunTags | UnsetType,
        Meta(description="Tags by which gates find their baseline; up to 20, each of 1 to 50 characters."),
    ] = UNSET
    notes: Annotated[Notes | UnsetType | None, Meta(description="Anything else; up to 10,000 characters.")] = UNSET

    def applied_to(self, present: DetectionRunDescription) -> DetectionRunDescription:
        """The description with the changes."""
        changes = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        return msgspec.structs.replace(present, **changes)


class DetectionRunSummaryOut(msgspec.Struct):
    """A model judged on the images of a project."""

    id: Annotated[UUID, Meta(description="Id of the detection run.")]
    status: Annotated[ResultStatus, Meta(description="Status of the detection run.")]
    progress: Annotated[float, Meta(description="Share of the work that is done, 0 to 1.")]
    error: Annotated[dict[str, Any] | None, Meta(description="Problem (RFC 9457) that it failed with; null otherwise.")]
    intervals: Annotated[
        DetectionIntervals | None,
        Meta(description="Whether the figures have their intervals and a comparison; null until it is ready."),
    ]
    project_id: Annotated[UUID, Meta(description="Id of the project.")]
    model_name: Annotated[str, Meta(description="Name of the model.")]
    model_version: Annotated[str | None, Meta(description="Version of the model; null for the newest.")]
    name: Annotated[str | None, Meta(description="Name of the detection run; null if it has none.")]
    tags: Annotated[list[str], Meta(description="Tags of the detection run.")]
    notes: Annotated[str | None, Meta(description="Notes on the detection run; null if there are none.")]
    options: Annotated[DetectionOptions, Meta(description="By which rules it is judged.")]
    ap: Annotated[
        float | None, Meta(description="Mean average precision of the profile; null until it is ready, or undefined.")
    ]
    job_id: Annotated[UUID, Meta(description="Id of the job that makes it.")]
    created_at: Annotated[datetime, Meta(description="When it was created, in UTC.")]

    @classmethod
    def of(cls, run: DetectionRunRecord) -> "DetectionRunSummaryOut":
        """Present a detection run without its figures."""
        return cls(**_fields(run))


class DetectionRunOut(DetectionRunSummaryOut):
    """A detection run with its figures."""

    result: Annotated[DetectionFigures | None, Meta(description="The figures; null until it is ready.")]
    links: Annotated[
        dict[str, str],
        Meta(
            description="Paths of what each of the further `profiles` judges otherwise, by its name, once it is ready."
        ),
    ]

    @classmethod
    def of(cls, run: DetectionRunRecord) -> "DetectionRunOut":
        """Present a detection run."""
        found = run.found
        further = [] if found is None else [one.profile for one in found.differences]
        links: dict[str, str] = {name: f"/v1/detection-runs/{run.id}/differences?profile={name}" for name in further}
        return cls(**_fields(run), result=found, links=links)


class DetectionRunPage(msgspec.Struct):
    """A page of detection runs, newest first."""

    items: Annotated[list[DetectionRunSummaryOut], Meta(description="The detection runs of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


class JudgedObjectPage(msgspec.Struct):
    """A page of objects, the worst first."""

    profile: Annotated[ProfileName | MatrixProfile, Meta(description="Rules by which the objects are judged.")]
    items: Annotated[list[JudgedObject], Meta(description="The objects of this page.")]
    next: Annotated[int | None, Meta(description="Cursor of the next page; null on the last one.")]


class RuleDifferencePage(msgspec.Struct):
    """A detection run by several sets of rules, and a page of the objects that they judge differently."""

    iou: Annotated[float, Meta(description="Intersection over union from which two objects match.")]
    confidence: Annotated[float, Meta(description="Least confidence of a candidate.")]
    rules: Annotated[list[RuleCounts], Meta(description="What each set of rules counts, that of the run first.")]
    items: Annotated[list[DifferingObject], Meta(description="The objects of this page.")]
    next: Annotated[int | None, Meta(description="Cursor of the next page; null on the last one.")]


class ShownJudgedImage(JudgedImage, frozen=True, kw_only=True):
    """An image of a detection run, as it is now."""

    filename: Annotated[str | None, Meta(description="Name of its file; null if the image was deleted.")]
    width: Annotated[int | None, Meta(description="Width in pixels; null if the image was deleted.")]
    height: Annotated[int | None, Meta(description="Height in pixels; null if the image was deleted.")]

    @classmethod
    def of(cls, image: JudgedImage, shown: ShownImage | None) -> "ShownJudgedImage":
        """Present an image of a detection run."""
        known = (shown.filename, shown.width, shown.height) if shown else (None, None, None)
        own: dict[str, Any] = {name: getattr(image, name) for name in JudgedImage.__struct_fields__}
        return cls(**own, filename=known[0], width=known[1], height=known[2])


class JudgedImagePage(msgspec.Struct):
    """A page of images of a detection run, those with the most errors first."""

    iou: Annotated[float | None, Meta(description="Intersection over union from which two objects match.")]
    confidence: Annotated[float | None, Meta(description="Least confidence of a candidate that counts.")]
    total: Annotated[int, Meta(description="Number of images that match.")]
    items: Annotated[list[ShownJudgedImage], Meta(description="The images of this page.")]
    next: Annotated[int | None, Meta(description="Cursor of the next page; null on the last one.")]

    @classmethod
    def of(cls, found: Gallery, start: int, limit: int) -> "JudgedImagePage":
        """Present a page that was read with one image more."""
        images, following = paging.cut_at(found.images, start, limit)
        items = [ShownJudgedImage.of(image, found.shown.get(image.image_id)) for image in images]
        return cls(found.level.iou, found.level.confidence, found.total, items, following)


class DetectionCurveOut(msgspec.Struct):
    """A precision-recall curve at 101 recalls."""

    profile: Annotated[ProfileName, Meta(description="Rules by which the objects are judged.")]
    objects: Annotated[int, Meta(description="Number of objects to find.")]
    recall: Annotated[list[float], Meta(description="Recalls from 0 to 1.")]
    precision: Annotated[
        list[float], Meta(description="Largest precision at that recall or a greater one; 0 where none reaches it.")
    ]
    confidence: Annotated[
        list[float | None], Meta(description="Confidence at which the recall is reached; null where it never is.")
    ]

    @classmethod
    def of(cls, found: ProfileCurve) -> "DetectionCurveOut":
        """Present a curve; without anything to find it has no points."""
        curve = found.curve
        if curve is None:
            return cls(found.profile, 0, [], [], [])
        return cls(found.profile, curve.total, curve.recalls, curve.precision, curve.confidence)


def _fields(run: DetectionRunRecord) -> dict[str, Any]:
    names = ("id", "progress", "intervals", "project_id", "model_name", "model_version", "ap", "job_id", "created_at")
    shown = {name: getattr(run, name) for name in (*names, "name", "tags", "notes")}
    return shown | {"status": run.state, "error": run.failure, "options": run.asked}
