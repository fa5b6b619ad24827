"""Answers about runs."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.runs.bodies import ClassName, Notes, RunTags, RunText
from shared.kit.names import ModelName, ModelVersion
from shared.runs.joining.rules import TruthSource
from shared.runs.lifecycle import RunStatus
from shared.runs.mapping import ColumnDecision, MappingQuestion
from shared.runs.previews import Preview
from shared.runs.records import ReadingSteps, RunDescription, RunRecord, StoredPreview
from shared.runs.summary import ShownTask

RESULTS = ("matrix", "metrics", "curves", "calibration", "thresholds", "slices", "samples", "errors", "receipt")
OF_SCORES = ("curves", "calibration", "thresholds")
WITHOUT_MATRIX = ("metrics", "slices", "samples", "errors")


class RunPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes to the description of a run; fields that are not sent stay, null clears."""

    name: Annotated[RunText | UnsetType | None, Meta(description="Name of the run; 1 to 200 characters.")] = UNSET
    model_name: Annotated[ModelName | UnsetType | None, Meta(description="Name of the model; 1 to 255 characters.")] = (
        UNSET
    )
    model_version: Annotated[
        ModelVersion | UnsetType | None, Meta(description="Version of the model; 1 to 100 characters.")
    ] = UNSET
    tags: Annotated[
        RunTags | UnsetType, Meta(description="Tags by which runs are found; up to 20, each of 1 to 50 characters.")
    ] = UNSET
    notes: Annotated[Notes | UnsetType | None, Meta(description="Anything else; up to 10,000 characters.")] = UNSET
    positive: Annotated[
        ClassName | UnsetType | None,
        Meta(description="Positive class, by its label; null for the usual one of two classes."),
    ] = UNSET

    def applied_to(self, present: RunDescription) -> RunDescription:
        """The description with the changes."""
        changes = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        return msgspec.structs.replace(present, **changes)


class RunFile(msgspec.Struct):
    """The file of a run."""

    upload_id: Annotated[UUID, Meta(description="Id of the upload.")]
    filename: Annotated[str, Meta(description="Name of the file.")]
    format: Annotated[str | None, Meta(description="Format of the file; null until it has been read.")]


class RunSummaryOut(msgspec.Struct):
    """A run."""

    id: Annotated[UUID, Meta(description="Id of the run.")]
    version: Annotated[int, Meta(description="Version of the run: 1 at first, one more whenever columns are named.")]
    status: Annotated[RunStatus, Meta(description="Status of this version.")]
    progress: Annotated[float, Meta(description="Share of the reading that is done, 0 to 1.")]
    reading: Annotated[
        ReadingSteps | None, Meta(description="How far reading has come, while the status is `queued` or `running`.")
    ]
    error: Annotated[
        dict[str, Any] | None, Meta(description="Problem (RFC 9457) that reading failed with; null otherwise.")
    ]
    name: Annotated[str | None, Meta(description="Name of the run; null if it has none.")]
    model_name: Annotated[str | None, Meta(description="Name of the model; null if not stated.")]
    model_version: Annotated[str | None, Meta(description="Version of the model; null if not stated.")]
    tags: Annotated[list[str], Meta(description="Tags of the run.")]
    notes: Annotated[str | None, Meta(description="Notes on the run; null if there are none.")]
    positive: Annotated[str | None, Meta(description="Positive class as it was set; null for the usual one.")]
    task: Annotated[ShownTask | None, Meta(description="What the run is about; null until it is ready.")]
    rows: Annotated[int | None, Meta(description="Number of samples; null until the run is ready.")]
    weighted_by: Annotated[
        str | None, Meta(description="Column of the weights by which all figures are weighted; null without weights.")
    ]
    normalised: Annotated[
        bool, Meta(description="Whether `normalise` asks to divide the scores of each row by their sum.")
    ]
    file: Annotated[RunFile, Meta(description="The file of the run.")]
    truth: Annotated[
        TruthSource | None, Meta(description="Where the actual labels are; null if the run's file has them.")
    ]
    job_id: Annotated[UUID, Meta(description="Id of the job that reads this version.")]
    created_at: Annotated[datetime, Meta(description="When the run was created, in UTC.")]
    updated_at: Annotated[datetime, Meta(description="When the run last changed, in UTC.")]

    @classmethod
    def of(cls, run: RunRecord) -> "RunSummaryOut":
        """Present a run without what was found in its file."""
        return cls(**_fields(run))


class RunOut(RunSummaryOut):
    """A run, and what was found in its file."""

    columns: Annotated[list[ColumnDecision], Meta(description="What each column was taken for, and why.")]
    questions: Annotated[
        list[MappingQuestion], Meta(description="What the file leaves open, while the run needs a mapping.")
    ]
    notices: Annotated[list[str], Meta(description="What had to be assumed, or looks wrong.")]
    links: Annotated[dict[str, str], Meta(description="Paths of the results, once the run is ready.")]

    @classmethod
    def of(cls, run: RunRecord) -> "RunOut":
        """Present a run."""
        found = run.findings
        is_ready = run.state is RunStatus.READY
        results = WITHOUT_MATRIX if found.task in {"correctness", "multilabel"} else RESULTS
        if found.task == "multilabel" and any(column.role == "score" for column in found.columns):
            results = (*results, *OF_SCORES)
        links = {name: f"/v1/runs/{run.id}/{name}" for name in results} if is_ready else {}
        return cls(**_fields(run), columns=found.columns, questions=found.questions, notices=found.notices, links=links)


class RunPreviewOut(Preview, frozen=True):
    """The first rows of a run's file, before anything is counted."""

    version: Annotated[int, Meta(description="Version of the run that the rows were read for.")] = 1

    @classmethod
    def of(cls, stored: StoredPreview) -> "RunPreviewOut":
        """Present a preview."""
        return cls(**msgspec.structs.asdict(stored.preview), version=stored.version)


class RunPage(msgspec.Struct):
    """A page of runs, newest first."""

    items: Annotated[list[RunSummaryOut], Meta(description="The runs of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


def _fields(run: RunRecord) -> dict[str, Any]:
    same = ("id", "version", "progress", "error", "name", "model_name", "model_version", "tags", "notes", "positive")
    return {name: getattr(run, name) for name in (*same, "job_id", "created_at", "updated_at")} | {
        "status": run.state,
        "reading": run.reading_steps,
        "task": run.findings.task,
        "rows": run.sample_count,
        "weighted_by": run.findings.weighted_by,
        "normalised": run.columns.get("normalise") is True,
        "truth": run.truth_source,
        "file": RunFile(run.upload_id, run.filename, run.findings.format),
    }
