"""The handler of exports: annotations of a project in, a file for other programs out."""

from collections.abc import Sequence

from shared.exports import loading
from shared.exports.kinds.export_annotations import ExportAnnotations
from shared.exports.writing import formats
from shared.exports.writing.source import ExportSource
from shared.kit.platform import Platform
from shared.kit.storage.files import AnyFile
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[ExportAnnotations]) -> ExportSource:
    """Write the objects into the scratch folder."""
    return await loading.load(platform, attempt.job, attempt.arguments, attempt.scratch.folder)


def perform(inputs: ExportSource, attempt: JobAttempt[ExportAnnotations]) -> Sequence[AnyFile]:
    """Make the file of the format, and `report.json`."""
    attempt.progress(0.4)
    return formats.write(attempt.arguments.format, inputs, attempt.scratch.folder)
