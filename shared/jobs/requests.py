"""Requests for jobs, before they have rows."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from shared.accounts import Caller
from shared.jobs.arguments import Arguments
from shared.jobs.references import Reference
from shared.kit.ids import uuid7
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage
from shared.kit.storage.files import File, inputs_key

# Larger inputs would bloat every copy of the table; Postgres moves smaller ones out of the row by itself.
MAX_BYTES_IN_ROW = 1_000_000


@dataclass(frozen=True)
class JobRequest:
    """A request for a job: the caller, the arguments, and all that the job needs."""

    caller: Caller
    arguments: Arguments
    references: Sequence[Reference] = ()
    inputs: bytes | None = None
    callback_url: str | None = None

    # Read several times during a submission, and inputs can be megabytes.
    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 that is equal for requests whose artifacts would be equal, in hexadecimal."""
        digest = hashlib.sha256(self.inputs).hexdigest() if self.inputs else None
        changed_at = {reference.id: reference.changed_at for reference in self.references}
        identity = [self.arguments.edition, [self._versions(), changed_at], self.arguments.dump(), digest]
        return hashlib.sha256(msgspec.json.encode(identity, order="deterministic")).hexdigest()

    @property
    def has_large_inputs(self) -> bool:
        """True if the inputs are kept in the storage."""
        return self.inputs is not None and len(self.inputs) > MAX_BYTES_IN_ROW

    async def row(self, storage: Storage) -> dict[str, Any]:
        """Return the columns of the job; large inputs are stored first, and collected if no row follows."""
        row = self.row_without_inputs()
        if self.has_large_inputs:
            return row | {"inputs_key": await self._put(storage, row["id"])}
        return row | {"inputs": self.inputs}

    def row_without_inputs(self) -> dict[str, Any]:
        """Return the columns of a job without inputs, or one that shares those of another."""
        return {
            "id": uuid7(),
            "account_id": self.caller.account_id,
            "kind": self.arguments.kind,
            "arguments": self.arguments.dump(),
            "subjects": self._versions(),
            "reference_kinds": {reference.id: reference.kind for reference in self.references},
            "fingerprint": self.fingerprint,
            "callback_url": self.callback_url,
            "inputs": None,
            "inputs_key": None,
        }

    def _versions(self) -> dict[str, int]:
        return {reference.id: reference.version for reference in self.references}

    async def _put(self, storage: Storage, job_id: UUID) -> str:
        assert self.inputs is not None, "the inputs were found too large for the row"
        key = inputs_key(job_id)
        await storage.apart(storage.put, key, File("inputs", "application/octet-stream", self.inputs))
        return key


async def prepare(
    platform: Platform, caller: Caller, arguments: Arguments, body: Any = None, callback_url: str | None = None
) -> JobRequest:
    """Build the request for a job, with the references and inputs of its kind; raises what the kind raises."""
    references = await arguments.references(platform, caller)
    inputs = await arguments.prepare(platform, caller, body)
    request = JobRequest(caller, arguments, references, inputs, callback_url)
    if request.has_large_inputs:
        # Computed once and kept; of so many bytes it takes long.
        await asyncio.to_thread(getattr, request, "fingerprint")
    return request
