"""The handler of label audits: the rows of a run in, suspected labels out."""

import msgspec

from shared.kit.platform import Platform
from shared.kit.storage.files import File
from shared.runs.kinds.label_audit import LabelAudit
from shared.runs.label_audit import audit_labels
from shared.runs.rows.row_files import RunRows, fetch_rows
from shared.runs.rows.scanning import RowScan
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[LabelAudit]) -> RunRows:
    """Write the rows of the run into the scratch folder."""
    target = attempt.scratch.folder / "rows.parquet"
    return await fetch_rows(platform, attempt.job, attempt.arguments.run_id, target)


def perform(inputs: RunRows, attempt: JobAttempt[LabelAudit]) -> list[File]:
    """Make `label_audit.json`."""
    attempt.progress(0.2)
    found = audit_labels(RowScan(inputs.rows, inputs.run.summary), inputs.run, attempt.arguments.limit)
    return [File("label_audit.json", "application/json", msgspec.json.encode(found))]
