"""Idempotent requests: work that is done once, however often its request is sent with the same key.

The key is claimed before the work. The transaction that does the work marks the claim, so both are there or neither;
the answer is recorded afterwards. ADR 8 gives the reasons, and the state that a crash at each point leaves.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

from datetime import timedelta
from http import HTTPStatus

from shared.accounts import Caller
from shared.idempotency import queries
from shared.idempotency.answer_encryption import StoredAnswer, decrypt, encrypt
from shared.idempotency.errors import AnswerLost, KeyReused, RequestSuperseded, StillInProgress
from shared.kit.db import Connection, Database
from shared.kit.keyring import Keyring
from shared.kit.platform import Platform

__all__ = ["Claim", "StoredAnswer", "claim", "expire"]

LIFETIME = timedelta(hours=24)

# Beyond the time that a request may wait: a request that died during its work holds the key for no longer.
LEASE_MARGIN = timedelta(seconds=30)

# One statement must not hold its locks for long.
EXPIRED_AT_ONCE = 1000

_MAX_ATTEMPTS = 3


class Claim:
    """The right to do one request's work; it hooks into the transactions of that work."""

    def __init__(self, db: Database, keyring: Keyring, account_id: int, key: str, attempt: int) -> None:
        self._db = db
        self._keyring = keyring
        self._account_id = account_id
        self._key = key
        self._attempt = attempt
        # Work after the answer does not belong to the request.
        self.is_open = True

    async def mark(self, connection: Connection) -> None:
        """Mark the claim in a transaction that has written anything; raises RequestSuperseded, which rolls it back."""
        if not await connection.fetchval(queries.HAS_WRITTEN):
            return
        if not await connection.fetchval(queries.MARK, self._account_id, self._key, self._attempt):
            raise RequestSuperseded

    async def settle(self, answer: StoredAnswer) -> None:
        """Store the answer for repeats; a refusal of a request that wrote nothing frees the key instead."""
        self.is_open = False
        row = self._account_id, self._key, self._attempt
        async with self._db.connection() as connection:
            refused = answer.status >= HTTPStatus.BAD_REQUEST
            if refused and await connection.fetchval(queries.RELEASE, *row):
                return
            encrypted = encrypt(self._keyring, self._account_id, self._key, answer)
            await connection.execute(queries.RECORD, *row, encrypted)


async def claim(
    platform: Platform, caller: Caller, *, key: str, fingerprint: bytes, lease: timedelta
) -> Claim | StoredAnswer:
    """Claim the right to do the work, or return the answer if it was done.

    Raises KeyReused for a key of another request, StillInProgress, AnswerLost.
    """
    async with platform.db.connection() as connection:
        for _ in range(_MAX_ATTEMPTS):
            attempt = await connection.fetchval(queries.CLAIM, caller.account_id, key, fingerprint, lease)
            if attempt is not None:
                return Claim(platform.db, platform.keyring, caller.account_id, key, attempt)
            # Missing if the other request has just failed and freed the key; then the next attempt claims it.
            if row := await connection.fetchrow(queries.READ, caller.account_id, key, fingerprint):
                break
        else:
            raise StillInProgress(retry_after_s=1)
    if not row["is_same"]:
        raise KeyReused
    if row["answer"] is None:
        raise AnswerLost if row["is_lost"] else StillInProgress(retry_after_s=1)
    answer = decrypt(platform.keyring, caller.account_id, key, row["answer"])
    if answer is None:
        raise AnswerLost
    return answer


async def expire(platform: Platform) -> None:
    """Delete the keys older than LIFETIME."""
    deleted = EXPIRED_AT_ONCE
    while deleted == EXPIRED_AT_ONCE:
        async with platform.db.connection() as connection:
            outcome: str = await connection.execute(queries.EXPIRE, LIFETIME, EXPIRED_AT_ONCE)
        # "DELETE 1000"
        deleted = int(outcome.rpartition(" ")[2])
