"""Claims on idempotency keys, and what their process does for them."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

import structlog

from shared.idempotency import queries
from shared.idempotency.answer_encryption import StoredAnswer, encrypt
from shared.idempotency.errors import RequestSuperseded
from shared.kit.database.transactions import Connection, Database
from shared.kit.errors import DomainError, ServiceUnavailable
from shared.kit.keyring import Keyring

log = structlog.get_logger()

# A process that died holds its keys for no longer; one that is alive renews its leases while it works.
LEASE = timedelta(seconds=3)
RENEWAL_INTERVAL_S = 1.0

# Answers hold bodies, and an outage may be long; those above it are lost, and their repeats told what was created.
MAX_UNSETTLED = 1000


class Row(NamedTuple):
    """The key of an account, and the attempt that fences the work of a request."""

    account_id: int
    key: str
    attempt: int


class Claim:
    """The right to do one request's work; it hooks into the transactions of that work."""

    def __init__(self, db: Database, keyring: Keyring, row: Row) -> None:
        self._db = db
        self._keyring = keyring
        self._created: str | None = None
        self.row = row
        self.claimed_at = time.monotonic()
        # Work after the answer does not belong to the request.
        self.is_open = True
        # False from when repeats may be told what was created.
        self.is_renewed = True

    async def mark(self, connection: Connection) -> None:
        """Mark the claim in a transaction that has written anything; raises RequestSuperseded, which rolls it back."""
        if not await connection.fetchval(queries.HAS_WRITTEN):
            return
        if not await connection.fetchval(queries.MARK, *self.row, self._created):
            raise RequestSuperseded

    def note_created(self, noun: str, resource_id: UUID) -> None:
        """Note what the present transaction creates, for the mark."""
        self._created = f"{noun} {resource_id}"

    async def begin_wait(self) -> None:
        """Let repeats be told what was created, while this request waits for it; its answer is still recorded."""
        if self._created is None:
            return
        self.is_renewed = False
        # Without the database the lease runs out by itself.
        with suppress(ServiceUnavailable):
            async with self._db.connection() as connection:
                await connection.execute(queries.LET_GO, *self.row)

    async def settle(self, answer: StoredAnswer) -> None:
        """Store the answer for repeats; a refusal of a request that wrote nothing frees the key instead.

        A failure of ours is never stored: repeats are told what was created before it.
        """
        self.is_open = False
        async with self._db.connection() as connection:
            if answer.status >= HTTPStatus.BAD_REQUEST and await connection.fetchval(queries.RELEASE, *self.row):
                return
            if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                await connection.execute(queries.LET_GO, *self.row)
                return
            encrypted = encrypt(self._keyring, self.row.account_id, self.row.key, answer)
            await connection.execute(queries.RECORD, *self.row, encrypted)


class Claims:
    """The claims of one process: renews the leases of its work, and settles later what it could not settle at once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._held: set[Claim] = set()
        self._unsettled: dict[Claim, StoredAnswer] = {}

    @contextmanager
    def holding(self, claim: Claim) -> Iterator[None]:
        """Renew the lease of the claim for as long as the context lasts."""
        self._held.add(claim)
        try:
            yield
        finally:
            self._held.discard(claim)

    async def settle(self, claim: Claim, answer: StoredAnswer) -> None:
        """Settle the claim, now or as soon as the database is back."""
        try:
            await claim.settle(answer)
        except DomainError as error:
            log.warning("an answer is kept for repeats later", reason=error.detail)
            if len(self._unsettled) < MAX_UNSETTLED:
                self._unsettled[claim] = answer

    async def run(self) -> None:
        """Renew and settle in every interval, until cancelled."""
        while True:
            await asyncio.sleep(RENEWAL_INTERVAL_S)
            try:
                await self.renew()
                await self.settle_all()
            except ServiceUnavailable:
                continue
            except Exception:
                # The edge of a task that nobody waits for: were it to end, every longer request would lose its claim.
                log.exception("renewing claims failed and is tried again")

    async def renew(self) -> None:
        """Renew the leases of the work that is under way for longer than an interval."""
        before = time.monotonic() - RENEWAL_INTERVAL_S
        rows = [claim.row for claim in self._held if claim.is_renewed and claim.claimed_at < before]
        if rows:
            async with self._db.connection() as connection:
                await connection.execute(queries.RENEW, *zip(*rows, strict=True), LEASE)

    async def settle_all(self) -> None:
        """Settle what could not be settled before; raises ServiceUnavailable at the first that cannot be yet."""
        while self._unsettled:
            claim, answer = self._unsettled.popitem()
            try:
                await claim.settle(answer)
            except ServiceUnavailable:
                self._unsettled[claim] = answer
                raise
