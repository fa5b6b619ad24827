"""What was counted, as a receipt says it."""

from uuid import UUID

from shared.comparisons.records import ComparedVersion
from shared.detection_runs import queries as detection_queries
from shared.kit.database.transactions import Connection
from shared.receipts.records import ReadSide, ReceiptColumn, ReceiptDataset, ReceiptScore, ReceiptSide, SideRole
from shared.runs import queries
from shared.runs.mapping import ColumnDecision
from shared.runs.records import InputFile, Reading, RunVersionRecord, positive_position
from shared.runs.summary import RunSummary, unpacked

_GONE = "This version of the run was deleted."
_RUN_GONE = "The detection run was deleted."
_ANNOTATIONS = "A detection run has no file: it is made of the annotations of its project."
_MATRIX = "A matrix has no file."


async def side(connection: Connection, account_id: int, role: SideRole, compared: ComparedVersion) -> ReceiptSide:
    """One side of a receipt; without what it was read from where that is gone."""
    if compared.kind == "matrix":
        return ReceiptSide(role=role, kind="matrix", id=compared.id, version=compared.version, reason=_MATRIX)
    version = await queries.version_of(connection, account_id, compared.id, compared.version)
    if version is None:
        return ReceiptSide(role=role, kind="run", id=compared.id, version=compared.version, reason=_GONE)
    return of_version(role, version)


async def detection_side(connection: Connection, account_id: int, role: SideRole, run_id: UUID) -> ReceiptSide:
    """One side of a check of detectors, which is made of annotations that were stored one by one."""
    run = await detection_queries.find(connection, account_id, run_id)
    if run is None:
        return ReceiptSide(role=role, kind="detection_run", id=run_id, version=1, reason=_RUN_GONE)
    return ReceiptSide(
        role=role,
        kind="detection_run",
        id=run_id,
        version=1,
        model_name=run.model_name,
        model_version=run.model_version,
        reason=_ANNOTATIONS,
    )


def of_version(role: SideRole, version: RunVersionRecord) -> ReceiptSide:
    """The side of a version of a run."""
    found, summary = version.findings, unpacked(version.packed_summary)
    dataset = _dataset(version)
    truth = [] if dataset is None else [_truth(version)]
    return ReceiptSide(
        role=role,
        kind="run",
        id=version.id,
        version=version.number,
        name=version.name,
        model_name=version.model_name,
        model_version=version.model_version,
        dataset=dataset,
        inputs=[*found.inputs, *truth],
        read=_read(version, found, summary),
    )


def _read(version: RunVersionRecord, found: Reading, summary: RunSummary) -> ReadSide:
    # Right and wrong are no classes of the file.
    classes = summary.classes if summary.has_labels else []
    position = positive_position(version.positive, summary)
    return ReadSide(
        format=found.format,
        rows=summary.rows,
        task=summary.shown_task,
        classes=classes,
        positive=None if position is None else classes[position],
        predicted_by=summary.predicted_by,
        score_kind=summary.score_kind,
        threshold=summary.threshold,
        has_ids=summary.has_ids,
        columns=[_column(decision) for decision in found.columns],
        scores=[
            ReceiptScore(score.name, None if score.class_position is None else classes[score.class_position])
            for score in summary.scores
        ],
        weighted_by=summary.weight_column if summary.is_weighted else None,
        normalised=summary.is_normalised,
    )


def _column(decision: ColumnDecision) -> ReceiptColumn:
    return ReceiptColumn(decision.column, decision.role, decision.rule)


def _dataset(version: RunVersionRecord) -> ReceiptDataset | None:
    if version.dataset_id is None or version.dataset_name is None or version.dataset_version is None:
        return None
    return ReceiptDataset(
        version.dataset_id, version.dataset_name, version.dataset_version, version.dataset_content_sha256
    )


def _truth(version: RunVersionRecord) -> InputFile:
    return InputFile("truth", version.dataset_filename or "", None, version.dataset_file_sha256)
