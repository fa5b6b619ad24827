"""What a handler makes of a thing that has rows of its own, beside its job."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeAlias

from shared.jobs import JobRequest
from shared.kit.database.transactions import Connection
from shared.kit.storage.files import AnyFile, StoredFile

# Writes rows in the transaction that ends the job, so that both are there or neither is; or in one behind the fence of
# the attempt, where they are kept before.
Write: TypeAlias = Callable[[Connection], Awaitable[None]]


class Conclusion(NamedTuple):
    """Files that belong to the thing, below its own prefix, the rows about them, and the artifacts of the job.

    A part of a job has no rows of its own.
    """

    prefix: str
    files: Sequence[AnyFile]
    write: Write | None
    artifacts: Sequence[AnyFile] = ()


class Split(NamedTuple):
    """The parts that the job becomes: it waits until all of them have ended, and is attempted again."""

    parts: Sequence[JobRequest]


class Ending(NamedTuple):
    """How an attempt ends well: the artifacts of the job, and what else is written with it."""

    artifacts: Sequence[StoredFile]
    write: Write | None = None
