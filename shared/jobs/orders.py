"""What somebody asks for, before it is a job."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared.accounts import Caller
from shared.jobs import kinds
from shared.jobs.work import Work
from shared.kit.files import File, inputs_key
from shared.kit.ids import uuid7
from shared.kit.storage import Storage

# Larger inputs would bloat every copy of the table; Postgres moves smaller ones out of the row by itself.
MAX_IN_ROW = 1_000_000


class Subjects(NamedTuple):
    """The matrices that work is about, by uid: their versions, and when anything about them was last changed."""

    versions: dict[str, int]
    # A new name shows in a report, but does not make the job fail that is on its way.
    changed_at: dict[str, datetime]


NO_SUBJECTS = Subjects({}, {})


@dataclass(frozen=True)
class Order:
    """A piece of work, who wants it, and all that it needs."""

    caller: Caller
    work: Work
    subjects: Subjects
    # What the work is done on, if not on matrices: compressed by whoever made it.
    inputs: bytes | None = None
    callback_url: str | None = None

    # Asked for several times on the way to a job, and inputs can be megabytes.
    @cached_property
    def fingerprint(self) -> str:
        """Equal for two orders whose artifacts would be equal."""
        digest = hashlib.sha256(self.inputs).hexdigest() if self.inputs else None
        identity = [self.work.edition, self.subjects, kinds.dump(self.work), digest]
        return hashlib.sha256(msgspec.json.encode(identity, order="deterministic")).hexdigest()

    async def row(self, storage: Storage) -> dict[str, Any]:
        """The columns of the job; large inputs go to storage first, where they are collected if no row follows."""
        row = self.row_without_inputs()
        if self.inputs is not None and len(self.inputs) > MAX_IN_ROW:
            return row | {"inputs_key": await self._put(storage, row["id"])}
        return row | {"inputs": self.inputs}

    def row_without_inputs(self) -> dict[str, Any]:
        """The columns of a job that brings no inputs, or shares those of another one."""
        return {
            "id": uuid7(),
            "account_id": self.caller.account_id,
            "kind": self.work.kind,
            "arguments": kinds.dump(self.work),
            "subjects": self.subjects.versions,
            "fingerprint": self.fingerprint,
            "callback_url": self.callback_url,
            "inputs": None,
            "inputs_key": None,
        }

    async def _put(self, storage: Storage, job_id: UUID) -> str:
        assert self.inputs is not None, "only inputs that there are can be too large"
        key = inputs_key(job_id)
        await storage.apart(storage.put, key, File("inputs", "application/octet-stream", self.inputs))
        return key
