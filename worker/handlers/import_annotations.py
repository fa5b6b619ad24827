"""The handler of imports: a file of annotations in, images and analyses of a project out."""

from functools import partial

import msgspec

from shared.imports import storing
from shared.imports.kinds.import_annotations import ImportAnnotations
from shared.imports.planning import ImportLimits, ImportOptions, plan
from shared.imports.reading.files import FileLimits
from shared.imports.reading.objects import Known
from shared.kit.files import File
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.uploads import UploadRecord
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[ImportAnnotations]) -> tuple[UploadRecord, Known, Settings]:
    """Write the uploaded file into the scratch folder."""
    upload, known = await storing.load(platform, attempt.job, attempt.arguments, attempt.scratch.folder / "file")
    return upload, known, platform.settings


def perform(inputs: tuple[UploadRecord, Known, Settings], attempt: JobAttempt[ImportAnnotations]) -> Conclusion:
    """Read the file, and plan what is written with the end of the job; makes `report.json`."""
    upload, known, settings = inputs
    arguments = attempt.arguments
    limits = ImportLimits(
        FileLimits(settings.max_import_document_bytes, settings.max_file_bytes), settings.ml_max_mask_runs
    )
    options = ImportOptions(upload.filename, arguments.format, arguments.role, arguments.names)
    planned = plan(
        attempt.scratch.folder / "file", options, known, limits, lambda share: attempt.progress(0.1 + 0.8 * share)
    )
    report = File("report.json", "application/json", msgspec.json.encode(planned.report))
    write = partial(storing.write, settings=settings, job=attempt.job, arguments=arguments, plan=planned)
    return Conclusion("", (), write, artifacts=[report])
