"""Answers about single samples of a run."""

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.evaluation.types import Label
from shared.runs.records import ReadyRun
from shared.runs.rows.row_page import RowRecord


class RunSample(msgspec.Struct):
    """A sample of a run."""

    row: Annotated[int, Meta(description="Row of the file, from 1 below the header.")]
    id: Annotated[str | None, Meta(description="Sample id; null if the file has none.")]
    actual: Annotated[Label | None, Meta(description="Ground truth label; null where it is no single one.")]
    predicted: Annotated[Label | None, Meta(description="Predicted label; null where it is no single one.")]
    confidence: Annotated[float | None, Meta(description="Score of the predicted class; null without scores.")]
    scores: Annotated[dict[str, float], Meta(description="Score in each column of scores.")]
    metadata: Annotated[dict[str, str], Meta(description="Value in each other column, as text.")]
    weight: Annotated[float | None, Meta(description="Weight of the sample; null where samples have none.")] = None
    correct: Annotated[
        bool | None, Meta(description="Whether the sample is right, in a run without labels; null in any other.")
    ] = None
    actual_labels: Annotated[
        list[Label] | None, Meta(description="Ground truth labels, where samples have any number; null in other runs.")
    ] = None
    predicted_labels: Annotated[
        list[Label] | None, Meta(description="Predicted labels, where samples have any number; null in other runs.")
    ] = None

    @classmethod
    def of(cls, run: ReadyRun, row: RowRecord) -> "RunSample":
        """Present a row of a run."""
        if run.summary.is_multilabel:
            labels = [msgspec.json.decode(str(text)) for text in (row.actual, row.predicted)]
            return cls(*row._replace(actual=None, predicted=None), None, *labels)  # type: ignore[arg-type] # the labels of a sample are lists
        if run.summary.has_labels:
            return cls(*row)
        return cls(*row._replace(actual=None, predicted=None), correct=row.actual == row.predicted)  # type: ignore[arg-type] # the labels of a sample are None


class RunSamplePage(msgspec.Struct):
    """A page of samples, the most confident predictions first."""

    version: Annotated[int, Meta(description="Version of the run.")]
    items: Annotated[list[RunSample], Meta(description="The samples of this page.")]
    next: Annotated[int | None, Meta(description="Cursor of the next page; null on the last one.")]
