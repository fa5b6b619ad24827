"""Requests that are done once, however often they are sent, under a key of the sender's.

The key is claimed before the work. The transaction that does the work marks the claim, so both are there or neither;
the answer is recorded afterwards. ADR 8 says why, and what a crash at each point leaves.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

from datetime import timedelta
from http import HTTPStatus

from shared.accounts import Caller
from shared.idempotency import queries
from shared.idempotency.answer_encryption import StoredAnswer, decrypt, encrypt
from shared.idempotency.errors import AnswerLost, KeyReused, StillInProgress, TakenOver
from shared.kit.db import Connection, Database
from shared.kit.keyring import Keyring
from shared.kit.platform import Platform

__all__ = ["Claim", "StoredAnswer", "claim", "expire"]

LIFETIME = timedelta(hours=24)

# Beyond the time for which a request may wait: what died before its work is over holds the key for no longer.
LEASE_MARGIN = timedelta(seconds=30)

# One statement must not hold its locks for long.
EXPIRED_AT_ONCE = 1000

_TRIES = 3


class Claim:
    """The right to do one request's work; it hooks into the transactions of that work."""

    def __init__(self, db: Database, keyring: Keyring, account_id: int, key: str, attempt: int) -> None:
        self._db = db
        self._keyring = keyring
        self._account_id = account_id
        self._key = key
        self._attempt = attempt
        # What goes on after the answer is nobody's request any more.
        self.is_open = True

    async def mark(self, connection: Connection) -> None:
        """Say in the present transaction that the work is done, if it did any; raises TakenOver, which undoes it."""
        if not await connection.fetchval(queries.HAS_WRITTEN):
            return
        if not await connection.fetchval(queries.MARK, self._account_id, self._key, self._attempt):
            raise TakenOver

    async def settle(self, answer: StoredAnswer) -> None:
        """Keep the answer for repeats, unless it is a refusal and nothing was done: then the key is free again."""
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
    """The right to do the work, or the answer if it was done.

    Raises KeyReused for a key of another request, StillInProgress, AnswerLost.
    """
    async with platform.db.connection() as connection:
        for _ in range(_TRIES):
            attempt = await connection.fetchval(queries.CLAIM, caller.account_id, key, fingerprint, lease)
            if attempt is not None:
                return Claim(platform.db, platform.keyring, caller.account_id, key, attempt)
            # Gone when the other request has just failed without doing anything; then it is ours.
            if known := await connection.fetchrow(queries.READ, caller.account_id, key, fingerprint):
                break
        else:
            raise StillInProgress(retry_after_s=1)
    if not known["is_same"]:
        raise KeyReused
    if known["answer"] is None:
        raise AnswerLost if known["is_lost"] else StillInProgress(retry_after_s=1)
    answer = decrypt(platform.keyring, caller.account_id, key, known["answer"])
    if answer is None:
        raise AnswerLost
    return answer


async def expire(platform: Platform) -> None:
    """Forget the keys whose time is over."""
    deleted = EXPIRED_AT_ONCE
    while deleted == EXPIRED_AT_ONCE:
        async with platform.db.connection() as connection:
            outcome: str = await connection.execute(queries.EXPIRE, LIFETIME, EXPIRED_AT_ONCE)
        # "DELETE 1000"
        deleted = int(outcome.rpartition(" ")[2])
