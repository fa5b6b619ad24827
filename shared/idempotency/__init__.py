"""Idempotent requests: work that is done once, however often its request is sent with the same key.

The key is claimed before the work. The transaction that does the work marks the claim, so both are there or neither;
the answer is recorded afterwards. ADR 8 and 21 give the reasons, and the state that a crash at each point leaves.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

from datetime import timedelta
from typing import NamedTuple

from shared.accounts import Caller
from shared.idempotency import queries
from shared.idempotency.answer_encryption import StoredAnswer, decrypt
from shared.idempotency.claims import LEASE, Claim, Claims, Row
from shared.idempotency.errors import AnswerLost, KeyReused, StillInProgress
from shared.kit.database.transactions import Record
from shared.kit.platform import Platform

__all__ = ["Claim", "Claims", "CreatedResource", "StoredAnswer", "claim", "expire"]

LIFETIME = timedelta(hours=24)

# One statement must not hold its locks for long.
EXPIRED_AT_ONCE = 1000

_MAX_ATTEMPTS = 3


class CreatedResource(NamedTuple):
    """What a request created whose answer is not there: the noun and the id."""

    noun: str
    id: str


async def claim(
    platform: Platform, caller: Caller, *, key: str, fingerprint: bytes
) -> Claim | StoredAnswer | CreatedResource:
    """Claim the right to do the work, or return the answer if it was done, or else what was created.

    Raises KeyReused for a key of another request, StillInProgress, AnswerLost.
    """
    async with platform.db.connection() as connection:
        for _ in range(_MAX_ATTEMPTS):
            attempt = await connection.fetchval(queries.CLAIM, caller.account_id, key, fingerprint, LEASE)
            if attempt is not None:
                return Claim(platform.db, platform.keyring, Row(caller.account_id, key, attempt))
            # Missing if the other request has just failed and freed the key; then the next attempt claims it.
            if row := await connection.fetchrow(queries.READ, caller.account_id, key, fingerprint):
                break
        else:
            raise StillInProgress(retry_after_s=1)
    if not row["is_same"]:
        raise KeyReused
    if row["answer"] is None and not row["is_lost"]:
        raise StillInProgress(retry_after_s=1)
    answer = decrypt(platform.keyring, caller.account_id, key, row["answer"]) if row["answer"] else None
    return answer or _created(row)


def _created(row: Record) -> CreatedResource:
    if row["created_resource"] is None:
        raise AnswerLost
    return CreatedResource(*row["created_resource"].split(" "))


async def expire(platform: Platform) -> None:
    """Delete the keys older than LIFETIME."""
    deleted = EXPIRED_AT_ONCE
    while deleted == EXPIRED_AT_ONCE:
        async with platform.db.connection() as connection:
            outcome: str = await connection.execute(queries.EXPIRE, LIFETIME, EXPIRED_AT_ONCE)
        # "DELETE 1000"
        deleted = int(outcome.rpartition(" ")[2])
