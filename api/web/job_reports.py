"""What jobs say of the files of annotations that they read and wrote: their `report.json`, as their pages show it."""

from collections.abc import Sequence

import msgspec

from shared.jobs import Snapshot
from shared.kit.errors import ServiceUnavailable
from shared.kit.plurals import counted
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import FileGone

_NAME = "report.json"
_KINDS = frozenset({"import_annotations", "export_annotations"})

# Beyond any but those of files with tens of thousands of categories, whose page would wait for them.
_MAX_BYTES = 4 * 2**20
_TOO_LONG = f"The report of this file is too long to be shown here: open {_NAME}."
_UNREADABLE = f"The report of this file cannot be read at the moment: open {_NAME} later."


class JobReport(msgspec.Struct, frozen=True):
    """What a job read or wrote, in one sentence, and its notices, with the words above them."""

    summary: str | None
    heading: str
    notices: Sequence[str]


class _Report(msgspec.Struct, frozen=True):
    """The members that are shown of either report; those of an import have numbers of images that are new and known."""

    format: str
    annotations: int
    images_without: int
    notices: list[str]
    images: int = 0
    images_created: int = 0
    images_matched: int = 0


async def report_of(storage: Storage, snapshot: Snapshot) -> JobReport | None:
    """Read the report of a job that has read or written annotations; None of any other, and until it has ended."""
    file = next((file for file in snapshot.files if file.name == _NAME), None)
    if file is None or snapshot.job.kind not in _KINDS:
        return None
    is_import = snapshot.job.kind == "import_annotations"
    heading = "How the file was read:" if is_import else "What the file does not say:"
    if file.size_bytes > _MAX_BYTES:
        return JobReport(None, heading, [_TOO_LONG])
    try:
        report = msgspec.json.decode(await storage.apart(storage.get, file.object_key), type=_Report)
    except (ServiceUnavailable, FileGone):
        return JobReport(None, heading, [_UNREADABLE])
    return JobReport((_of_import if is_import else _of_export)(report), heading, report.notices)


def _of_import(report: _Report) -> str:
    images = f"{counted(report.images_created, 'new image')} and {report.images_matched:,} that the project had"
    silent = f"; {report.images_without:,} more without detections" if report.images_without else ""
    return f"Read as {report.format}: {counted(report.annotations, 'annotation')} of {images}{silent}."


def _of_export(report: _Report) -> str:
    silent = f"; {report.images_without:,} without an analysis left out" if report.images_without else ""
    written = f"{counted(report.annotations, 'annotation')} of {counted(report.images, 'image')}"
    return f"Written as {report.format}: {written}{silent}."
