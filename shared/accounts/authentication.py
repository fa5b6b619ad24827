"""Who is calling: keys become callers, and are remembered for a moment."""

import asyncio
import time
from contextvars import Context
from datetime import datetime
from typing import NamedTuple

from shared.accounts import keys, queries
from shared.accounts.errors import InvalidKey
from shared.accounts.keys import KeyClaim
from shared.accounts.scopes import EVERYTHING, Scope
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.keyring import Keyring

# What closes a key or an account shows within this time; what polls is spared a query each time.
REMEMBERED_S = 2.0

# Beyond it all are forgotten, which costs each of them one query.
REMEMBERED_KEYS = 10_000


class Caller(NamedTuple):
    """Who sends a request, and what the key that it carries may do."""

    account_id: int
    key_id: str
    scopes: frozenset[Scope] = EVERYTHING
    # The account's plan, None for the default one, and the credit that it was ever granted.
    plan: str | None = None
    granted: float = 0.0


class Authenticator:
    """Knows callers by their keys."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring
        self._known: dict[str, tuple[Caller, float]] = {}
        self._asking: dict[str, asyncio.Task[Caller]] = {}
        self._uses: dict[str, datetime] = {}

    async def caller(self, text: str) -> Caller:
        """The caller that a key belongs to; raises InvalidKey, for most wrong keys without asking the database."""
        known = self._known.get(text)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        claim = keys.read(self._keyring, text)
        if claim is None:
            raise InvalidKey
        # A crowd with one key asks once. The context of whoever comes first is not the others'.
        if (asking := self._asking.get(text)) is None:
            asking = asyncio.create_task(self._look_up(text, claim), context=Context())
            self._asking[text] = asking
            asking.add_done_callback(lambda _: self._asking.pop(text))
        return await asyncio.shield(asking)

    async def _look_up(self, text: str, claim: KeyClaim) -> Caller:
        async with self._db.connection() as connection:
            owner = await queries.find_owner(connection, claim)
        if owner is None:
            raise InvalidKey
        scopes = frozenset(map(Scope, owner["scopes"]))
        caller = Caller(owner["id"], claim.id, scopes, owner["plan"], owner["granted"])
        if len(self._known) >= REMEMBERED_KEYS:
            self._known.clear()
        self._known[text] = caller, time.monotonic() + REMEMBERED_S
        self._uses[claim.id] = clock.now()
        return caller

    async def write_uses(self) -> None:
        """Store when the keys were last used; what cannot be stored is left for the next time."""
        uses, self._uses = self._uses, {}
        if not uses:
            return
        try:
            async with self._db.connection() as connection:
                await connection.execute(queries.TOUCH_KEYS, list(uses), list(uses.values()))
        except BaseException:
            self._uses = uses | self._uses
            raise
