"""What a run of a private dataset keeps: no group of samples that its sender has chosen."""

import msgspec

from shared.runs.mapping import Assignment, ColumnDecision

_WHY = "beside a private dataset: counts of groups that a sender chooses would tell the truth of single samples"


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
