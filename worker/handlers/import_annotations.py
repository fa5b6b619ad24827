"""The handler of imports: a file of annotations in, images and analyses of a project out."""

from contextlib import closing
from functools import partial
from typing import NamedTuple

import msgspec

from shared.imports import storing
from shared.imports.kinds.import_annotations import ImportAnnotations
from shared.imports.planning import ImportLimits, ImportOptions, plan
from shared.imports.reading.files import FileLimits, InputFiles
from shared.imports.reading.objects import Known
from shared.kit.children import Child
from shared.kit.platform import Platform, decoder_memory
from shared.kit.settings import Settings
from shared.kit.storage.bucket import Storage
from shared.kit.storage.files import File
from shared.projects.decoding import examine_in
from shared.uploads import UploadRecord
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt


class ImportInputs(NamedTuple):
    """The uploaded file, what the project holds, and where pictures are stored."""

    upload: UploadRecord
    known: Known
    settings: Settings
    storage: Storage


async def load(platform: Platform, attempt: JobAttempt[ImportAnnotations]) -> ImportInputs:
    """Write the uploaded file into the scratch folder."""
    upload, known = await storing.load(platform, attempt.job, attempt.arguments, attempt.scratch.folder / "file")
    return ImportInputs(upload, known, platform.settings, platform.storage)


def perform(inputs: ImportInputs, attempt: JobAttempt[ImportAnnotations]) -> Conclusion:
    """Read the file, and plan what is written with the end of the job; makes `report.json`."""
    upload, known, settings, storage = inputs
    arguments, path = attempt.arguments, attempt.scratch.folder / "file"
    files = FileLimits(settings.max_import_document_bytes, settings.max_file_bytes)
    limits = ImportLimits(files, settings.ml_max_mask_runs, settings.max_upload_bytes)
    options = ImportOptions(upload.filename, arguments.format, arguments.role, arguments.names)
    with closing(Child(decoder_memory(settings))) as child:
        examine = partial(examine_in, child, settings)
        planned = plan(path, options, known, limits, lambda share: attempt.progress(0.1 + 0.6 * share), examine)
    with InputFiles(path, upload.filename, files) as members:
        storing.store_pictures(storage, attempt.job, arguments, planned, members)
    report = File("report.json", "application/json", msgspec.json.encode(planned.report))
    write = partial(storing.write, settings=settings, job=attempt.job, arguments=arguments, plan=planned)
    return Conclusion("", (), write, artifacts=[report])
