"""The two sides of a comparison: what each said of its samples."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.comparisons.groups import columns_of_groups
from shared.evaluation.inputs.label_codes import decode
from shared.evaluation.types import Integers, Label
from shared.matrices.errors import MatrixWithoutSamples
from shared.matrices.records import Samples
from shared.runs.errors import ScoresMissing
from shared.runs.rows.scanning import RowScan
from shared.runs.scores import class_scores
from shared.runs.summary import RunSummary, Task


class ComparedSide(NamedTuple):
    """The classes of one side, and of each sample the codes of truth and prediction, its id and more.

    Codes are positions of classes; where samples have any number of labels, `classes` are the labels, and codes are
    positions in `sets`, which hold those of labels.

    `ids` is None where samples are known by their positions; `confidence` (n,) is None without scores. `scores_of`
    returns the scores (n,) of a class by its position, or None.
    """

    classes: Sequence[Label]
    truth: Integers
    predicted: Integers
    ids: "pa.Array[Any] | None" = None
    confidence: NDArray[Any] | None = None
    scores_of: Callable[[int], NDArray[Any] | None] = lambda _: None
    slices: Mapping[str, "pa.Array[Any]"] = MappingProxyType({})
    # The truths of its samples are shown to nobody.
    is_private: bool = False
    task: Task = "classification"
    sets: Sequence[Sequence[int]] = ()
    # Of each sample (n,), with the column that they are from; None where each counts once.
    weights: NDArray[Any] | None = None
    weighted_by: str | None = None
    # Columns of metadata by which its samples come in groups.
    grouped_by: Sequence[str] = ()
    # The group of each sample (n,), where one was asked for that the side has.
    groups: "pa.Array[Any] | None" = None


def of_samples(samples: Samples) -> ComparedSide:
    """The side of a matrix; raises MatrixWithoutSamples."""
    if samples.actual_codes is None or samples.predicted_codes is None:
        raise MatrixWithoutSamples
    actual, predicted = (
        decode(codes, samples.sample_count).astype(np.int64)
        for codes in (samples.actual_codes, samples.predicted_codes)
    )
    return ComparedSide(samples.classes, actual, predicted)


def of_rows(
    rows_file: Path | list[Path], summary: RunSummary, slices: Sequence[str], group: str | None = None
) -> ComparedSide:
    """The side of a run, from its canonical rows; with those columns of metadata that it has, and their groups."""
    positions = np.array(summary.class_of_code, np.int64)
    scan = RowScan(rows_file, summary)

    def column(name: str) -> Any:
        return scan.source.column(name).combine_chunks()

    def metadata(name: str) -> Any:
        return column(f"m_{summary.metadata.index(name)}")

    def scores_of(position: int) -> NDArray[Any] | None:
        try:
            found = class_scores.scores_of(summary, position)
        except ScoresMissing:
            return None
        return found.of_all(scan)

    return ComparedSide(
        summary.classes,
        positions[column("t").to_numpy()],
        positions[column("p").to_numpy()],
        column("id") if summary.has_ids else None,
        scan.confidences() if summary.scores and not summary.is_multilabel else None,
        scores_of,
        {name: metadata(name) for name in slices if name in summary.metadata},
        task=summary.task,
        sets=summary.label_sets,
        weights=column("w").to_numpy() if summary.is_weighted else None,
        weighted_by=summary.weight_column if summary.is_weighted else None,
        grouped_by=[*columns_of_groups(summary.metadata, metadata)],
        groups=metadata(group) if group in summary.metadata else None,
    )
