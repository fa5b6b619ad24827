"""Errors of runs."""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from shared.kit.errors import DomainError, Fault, Problem

# More of them say nothing more.
MAX_FAULTS = 100


WITHOUT_LABELS = (
    "The file says only whether each sample is right, not what was predicted: the run has an accuracy, an error rate, "
    "slices and samples."
)
WITH_LABEL_SETS = (
    "Each sample of the run has any number of labels, so there is no confusion matrix: metrics has what holds of each "
    "label."
)


class RunNotFound(DomainError):
    """Your account has no run with this id."""

    status, code = HTTPStatus.NOT_FOUND, "run-not-found"


class RunNotReady(DomainError):
    """This version of the run is not ready; its status says what it waits for."""

    status, code = HTTPStatus.CONFLICT, "run-not-ready"


class RunChanged(DomainError):
    """The run has changed or was deleted since this job was submitted, so its result was not kept."""

    status, code = HTTPStatus.CONFLICT, "run-changed"


class FormatNotRecognised(DomainError):
    """The format of this file is not one that is read; send CSV, Parquet, Arrow, JSON Lines, JSON, ARFF or NPZ."""

    status, code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "format-not-recognised"


class FileUnreadable(DomainError):
    """The file cannot be read as the format that its first bytes announce."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "file-unreadable"


class FileTooLarge(DomainError):
    """The file is larger than this service reads, once it is unpacked."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file-too-large"


class ColumnsDuplicated(DomainError):
    """Two columns of the file have the same name; rename one of them."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "columns-duplicated"


class ColumnUnknown(DomainError):
    """The file has no column of this name."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "column-unknown"


class ColumnsContradictory(DomainError):
    """The columns that were named do not go together."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "columns-contradictory"


class WeightsInvalid(DomainError):
    """The weights of the samples cannot be used."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "weights-invalid"


class WeightsUnsupported(DomainError):
    """This does not support weights of samples; set `columns.weight` to null to count each sample once."""

    status, code = HTTPStatus.CONFLICT, "weights-unsupported"


class NoTruth(DomainError):
    """The file has no column that could hold the actual labels."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "no-truth"


class TooManyRunClasses(DomainError):
    """The labels have more classes than this service accepts."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "too-many-classes"


class ScoresIncomplete(DomainError):
    """A class that occurs has no column of scores."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "scores-incomplete"


class IdsDuplicated(DomainError):
    """Several rows have the same sample id."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "ids-duplicated"


class IdsMissing(DomainError):
    """The predictions and the actual labels are not of the same samples."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "ids-missing"


class TaskUnsupported(DomainError):
    """Runs of this task have no such result."""

    status, code = HTTPStatus.CONFLICT, "task-unsupported"


class SlicesNotAvailable(DomainError):
    """This column has too many different values to be sliced by."""

    status, code = HTTPStatus.CONFLICT, "slices-not-available"


class ScoresMissing(DomainError):
    """The run has no scores of this class, so no threshold applies to it."""

    status, code = HTTPStatus.CONFLICT, "scores-missing"


class ScoresNotProbabilities(DomainError):
    """The scores of the run are not probabilities, so there is nothing to calibrate."""

    status, code = HTTPStatus.CONFLICT, "scores-not-probabilities"


class SamplesInsufficient(DomainError):
    """The samples are too few, or too much of one kind, for what was asked of them."""

    status, code = HTTPStatus.CONFLICT, "samples-insufficient"


class AuditTooLarge(DomainError):
    """The run has more rows and classes than one label audit holds in memory."""

    status, code = HTTPStatus.CONFLICT, "audit-too-large"


class RowFault(msgspec.Struct, frozen=True):
    """A cell that cannot be read: its row, counted from 1 below the header, its column, and why.

    `line` is where the row begins in a text, from 1; None in files whose rows are no lines.
    """

    row: int
    column: str
    detail: str
    line: int | None = None

    @property
    def sentence(self) -> str:
        """Where the cell is, and why it cannot be read."""
        line = "" if self.line is None else f" (line {self.line:,})"
        return f"Row {self.row:,}{line}, column “{self.column}”: {self.detail}"


class RowsInvalid(DomainError):
    """Some rows of the file cannot be read."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "rows-invalid"

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = list(faults[:MAX_FAULTS])
        first = self.faults[0]
        more = "" if len(faults) == 1 else f" {len(faults):,} such rows were found, maybe not all."
        super().__init__(f"{first.sentence}{more}")

    def problem(self) -> Problem:
        """Return the problem with the first faults, each with its row and column."""
        faults = [Fault(f"/rows/{fault.row}/{_escaped(fault.column)}", fault.sentence) for fault in self.faults]
        return msgspec.structs.replace(super().problem(), errors=faults)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
