"""Saving the matrix of an agreement job as a confusion matrix."""

from uuid import UUID

import msgspec

from shared import jobs, matrices
from shared.accounts import Caller
from shared.analyses.errors import NoAgreement
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform
from shared.matrices.counting import take_counts
from shared.matrices.records import Description


class _Matrix(msgspec.Struct):
    classes: list[str]
    counts: list[list[int]]


class _Result(msgspec.Struct):
    matrix: _Matrix


async def save(platform: Platform, caller: Caller, job_id: str, description: Description) -> UUID:
    """Save the matrix of an agreement job of the caller; return its id.

    Raises JobNotFound, NoAgreement, or InvalidInput for an empty matrix or one of too many classes.
    """
    snapshot = await jobs.find(platform, caller, parse_uuid(job_id))
    files = [file for file in snapshot.files if file.name == "agreement.json"]
    if not files:
        raise NoAgreement
    matrix = msgspec.json.decode(await platform.storage.read(files[0].object_key), type=_Result).matrix
    count, maximum = len(matrix.classes), platform.settings.max_classes
    if not 0 < count <= maximum:
        raise InvalidInput(
            Fault("", f"A confusion matrix can have 1 to {maximum} classes; this agreement has {count}.")
        )
    return await matrices.create(platform, caller, take_counts(matrix.classes, matrix.counts), description)
