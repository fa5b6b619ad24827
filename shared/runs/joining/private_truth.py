"""What a run of a private dataset keeps: no small group of samples that its sender has chosen."""

import msgspec
import numpy as np

from shared.datasets.errors import DatasetPrivate
from shared.runs.mapping import Assignment, ColumnDecision, MappingQuestion
from shared.runs.summary import RunSummary

_WHY = "beside a private dataset: counts of groups that a sender chooses would tell the truth of single samples"


PRIVATE_WEIGHTS = MappingQuestion(
    "weight",
    "The truth of the dataset is private, and sums of weights that differ would tell that of single samples; send "
    "`weight: null` to count every row once.",
)


def without_own_groups(assignment: Assignment, own_columns: int) -> Assignment:
    """An assignment without metadata, folds and flags among the first `own_columns` columns, those of the sender."""
    dropped = {at for at in (*assignment.slices, *assignment.texts, *assignment.flags) if at < own_columns}
    return msgspec.structs.replace(
        assignment,
        folds=[],
        slices=[at for at in assignment.slices if at not in dropped],
        texts=[at for at in assignment.texts if at not in dropped],
        # A flag of one sample that contradicts its labels would be noticed.
        flags=[at for at in assignment.flags if at not in dropped],
        decisions=[_kept(decision, is_dropped=at in dropped) for at, decision in enumerate(assignment.decisions)],
    )


def _kept(decision: ColumnDecision, *, is_dropped: bool) -> ColumnDecision:
    return msgspec.structs.replace(decision, role="unused", evidence=_WHY) if is_dropped else decision


def refuse_rare_inventions(summary: RunSummary, least: int) -> None:
    """Raise DatasetPrivate for several predicted labels that no sample has, and that too few samples are predicted as.

    Each of them is a column of the confusion matrix that holds the actual labels of its few samples. A single one, such
    as of answers that could not be read, is like a label of the dataset that is hardly ever predicted.
    """
    if summary.task != "classification":
        return
    actual, predicted = summary.matrix.actual, summary.matrix.predicted
    rare = int(np.count_nonzero((actual == 0) & (predicted > 0) & (predicted < least)))
    if rare > 1:
        raise DatasetPrivate(
            f"{rare:,} predicted labels are no labels of the dataset, and each is predicted of fewer than {least} "
            "samples: as the truth is private, write one label for all of them."
        )
