"""Verbs of the jobs that read a run's file in parts."""

import threading
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared import jobs, uploads
from shared.jobs import JobRecord, JobRequest, Status
from shared.kit.platform import Platform
from shared.kit.storage.downloads import download_ranges
from shared.kit.storage.errors import FileGone
from shared.runs import ingest_jobs, objects
from shared.runs.kinds.ingest_part import IngestPart
from shared.runs.kinds.ingest_run import IngestRun
from shared.runs.parts import tallies
from shared.runs.parts.merging import CountedPart, with_rows
from shared.runs.parts.plans import PartPlan
from shared.runs.rows.stored_file import ObjectReader

# A job reads until it is told to stop by a signal.
NEVER = threading.Event()


class FoundParts(NamedTuple):
    """The plan of a file, its parts, a file of the rows of each that has any, and the folder that these lie in."""

    plan: PartPlan
    parts: list[CountedPart]
    rows: list[Any]
    folder: str


def requests(job: JobRecord, arguments: IngestRun, plan: PartPlan) -> list[JobRequest]:
    """The parts that the job of a run becomes."""
    inputs = msgspec.msgpack.encode(plan)
    return [
        JobRequest(
            job.owner,
            IngestPart(
                run_id=arguments.run_id, version=arguments.version, split=job.attempt, index=index, rows=span.rows
            ),
            inputs=inputs,
        )
        for index, span in enumerate(plan.spans)
    ]


def folder_of(arguments: IngestPart) -> str:
    """The folder of what the parts of a file make, and of the run that they become."""
    return objects.folder_of(UUID(arguments.run_id), arguments.version, arguments.split)


async def fetch(platform: Platform, job: JobRecord, arguments: IngestPart, target: Path) -> PartPlan:
    """Write the bytes of a part to disk; where its plan has places at these, so that the rest of the file stays empty.

    The whole file was compared with its SHA-256 before it was cut. Raises RunChanged, and what uploads raise of a file
    that is gone.
    """
    assert job.parent_id is not None, "the job is a part"
    found = await ingest_jobs.find_input(platform, job.account_id, job.parent_id, arguments.run_id, arguments.version)
    upload = await uploads.get_completed(platform, job.owner, str(found.upload_id))
    plan = msgspec.msgpack.decode(await jobs.read_inputs(platform, job), type=PartPlan)
    ranges = plan.ranges(arguments.index)
    offset = 0 if plan.has_places else ranges[0][0]
    await download_ranges(platform.storage, upload.key, target, ranges, offset)
    return plan


async def find_parts(platform: Platform, job: JobRecord) -> FoundParts | None:
    """Return what the parts of a job have made; None where it has none, one was refused, or what it made is gone."""
    parts = await jobs.list_parts(platform, job)
    if not parts or len(parts) != job.part_count or any(part.status != Status.SUCCEEDED for part in parts):
        return None
    plan = msgspec.msgpack.decode(await jobs.read_inputs(platform, parts[0]), type=PartPlan)
    known = [(part, msgspec.convert(part.arguments, IngestPart)) for part in parts]
    known.sort(key=lambda pair: pair[1].index)
    folder = folder_of(known[0][1])
    try:
        counted = [await _counted(platform, folder, part, arguments.index) for part, arguments in known]
    except FileGone:
        return None
    rows = [ObjectReader(platform.storage, folder + part.name, part.size_bytes, NEVER) for part in with_rows(counted)]
    return FoundParts(plan, counted, rows, folder)


async def _counted(platform: Platform, folder: str, part: JobRecord, index: int) -> CountedPart:
    data = await platform.storage.apart(platform.storage.get, folder + objects.tally_of(index, part.attempt))
    tally, score_types, candidates, kinds = tallies.unpacked(data)
    name = objects.piece_of(index, part.attempt)
    if not tally.rows:
        return CountedPart(index, tally, score_types, name, 0, candidates, kinds)
    stat = await platform.storage.apart(platform.storage.stat, folder + name)
    if stat is None:
        raise FileGone
    return CountedPart(index, tally, score_types, name, stat.size_bytes, candidates, kinds)
