"""What a handler makes of a thing that has rows of its own, beside its job."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeAlias

from shared.kit.db import Connection
from shared.kit.files import AnyFile, StoredFile

# Writes rows in the transaction that ends the job, so that both are there or neither is.
Write: TypeAlias = Callable[[Connection], Awaitable[None]]


class Conclusion(NamedTuple):
    """Files that belong to the thing, below its own prefix, the rows about them, and the artifacts of the job."""

    prefix: str
    files: Sequence[AnyFile]
    write: Write
    artifacts: Sequence[AnyFile] = ()


class Ending(NamedTuple):
    """How an attempt ends well: the artifacts of the job, and what else is written with it."""

    artifacts: Sequence[StoredFile]
    write: Write | None = None
