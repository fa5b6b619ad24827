"""Authentication of callers by their keys, cached for seconds."""

import asyncio
import time
from contextvars import Context
from datetime import datetime
from typing import NamedTuple

from shared.accounts import former_secrets, keys, queries
from shared.accounts.errors import InvalidKey
from shared.accounts.keys import KeyClaim
from shared.accounts.scopes import EVERYTHING, Scope
from shared.kit import clock
from shared.kit.database.transactions import Database, retry_conflicts
from shared.kit.keyring import Keyring

# A revoked key or a closed account takes effect within this time; polling clients cost no query each time.
CACHE_LIFETIME_S = 2.0

# Beyond it the cache is emptied, which costs each key one query.
MAX_CACHED_KEYS = 10_000


class Caller(NamedTuple):
    """The account that sends a request, and the scopes of its key."""

    account_id: int
    key_id: str
    scopes: frozenset[Scope] = EVERYTHING
    # The account's plan, None for the default one, and the sum of all credit granted to it.
    plan: str | None = None
    granted: float = 0.0


class Authenticator:
    """Authenticates callers by their keys."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring
        self._cache: dict[str, tuple[Caller, float]] = {}
        self._queries: dict[str, asyncio.Task[Caller]] = {}
        self._uses: dict[str, datetime] = {}
        self._former_uses: dict[str, datetime] = {}

    async def caller(self, text: str) -> Caller:
        """Return the caller that a key belongs to; raises InvalidKey, for most wrong keys without a query."""
        cached = self._cache.get(text)
        if cached is not None and cached[1] > time.monotonic():
            return cached[0]
        claim = keys.read(self._keyring, text)
        if claim is None:
            raise InvalidKey
        # Concurrent requests with one key share one query, in a context of none of them.
        if (query := self._queries.get(text)) is None:
            query = asyncio.create_task(self._look_up(text, claim), context=Context())
            self._queries[text] = query
            query.add_done_callback(lambda _: self._queries.pop(text))
        return await asyncio.shield(query)

    async def _look_up(self, text: str, claim: KeyClaim) -> Caller:
        async with self._db.connection() as connection:
            owner = await queries.find_owner(connection, claim)
        if owner is None:
            raise InvalidKey
        scopes = frozenset(map(Scope, owner["scopes"]))
        caller = Caller(owner["id"], claim.id, scopes, owner["plan"], owner["granted"])
        if len(self._cache) >= MAX_CACHED_KEYS:
            self._cache.clear()
        self._cache[text] = caller, time.monotonic() + CACHE_LIFETIME_S
        self._uses[claim.id] = clock.now()
        if claim.is_former:
            self._former_uses[claim.id] = clock.now()
        return caller

    @retry_conflicts
    async def write_uses(self) -> None:
        """Store when the keys were last used; if that fails, the times are kept for the next call."""
        uses, self._uses = self._uses, {}
        former_uses, self._former_uses = self._former_uses, {}
        if not uses:
            return
        try:
            async with self._db.transaction() as connection:
                await connection.execute(queries.TOUCH_KEYS, list(uses), list(uses.values()))
                if former_uses:
                    await former_secrets.note(connection, former_secrets.KEY, former_uses)
        except BaseException:
            self._uses = uses | self._uses
            self._former_uses = former_uses | self._former_uses
            raise
