"""What somebody asks for, before it is a job."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.accounts import Caller
from shared.artifacts import File, Storage
from shared.artifacts.files import inputs_key
from shared.jobs import kinds
from shared.jobs.queries import encode
from shared.jobs.work import Work
from shared.kit.ids import uuid7

# Larger inputs would bloat every copy of the table; Postgres moves smaller ones out of the row by itself.
LARGEST_IN_ROW = 1_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """A piece of work, who wants it, and all that it needs."""

    caller: Caller
    work: Work
    # The matrices that the work is about, each in its present version.
    subjects: dict[str, int]
    # What the work is done on, if not on matrices: compressed by whoever made it.
    inputs: bytes | None = None
    callback_url: str | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for two orders whose artifacts would be equal."""
        digest = hashlib.sha256(self.inputs).hexdigest() if self.inputs else None
        identity = [self.work.edition, self.subjects, kinds.dump(self.work), digest]
        return hashlib.sha256(encode(identity)).hexdigest()

    async def row(self, storage: Storage) -> dict[str, Any]:
        """The columns of the job; large inputs go to storage first, where they are collected if no row follows."""
        job_id = uuid7()
        in_row = self.inputs is None or len(self.inputs) <= LARGEST_IN_ROW
        return {
            "id": job_id,
            "account_id": self.caller.account_id,
            "kind": self.work.kind,
            "arguments": kinds.dump(self.work),
            "subjects": self.subjects,
            "fingerprint": self.fingerprint,
            "callback_url": self.callback_url,
            "inputs": self.inputs if in_row else None,
            "inputs_key": None if in_row else await self._put(storage, job_id),
        }

    async def _put(self, storage: Storage, job_id: UUID) -> str:
        assert self.inputs is not None, "only inputs that there are can be too large"
        key = inputs_key(job_id)
        await asyncio.to_thread(storage.put, key, File("inputs", "application/octet-stream", self.inputs))
        return key
