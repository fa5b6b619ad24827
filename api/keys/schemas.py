"""Bodies of requests and answers about API keys."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.accounts import EVERYTHING, IssuedKey, Scope
from shared.accounts.models import ApiKey
from shared.kit import clock
from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import Name


class KeyIn(msgspec.Struct, forbid_unknown_fields=True):
    """An API key to create."""

    name: Annotated[
        Name,
        Meta(max_length=100, description="What the key is for; 1 to 100 characters, at least one of them visible."),
    ]
    scopes: Annotated[
        list[Scope],
        Meta(min_length=1, max_length=len(EVERYTHING), description="What the key may do; everything if omitted."),
    ] = msgspec.field(default_factory=lambda: sorted(EVERYTHING))
    expires_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="When the key stops working, with a time zone; null if never."),
    ] = None

    def check(self) -> None:
        """Refuse a key that would never work."""
        if self.expires_at is not None and clock.in_utc(self.expires_at, "expires_at") <= clock.now():
            raise InvalidInput(Fault("/expires_at", "expires_at: must be in the future."))


class KeyOut(msgspec.Struct):
    """An API key without its text."""

    id: Annotated[str, Meta(description="Id of the key, by which it is rotated and revoked; not the key itself.")]
    name: Annotated[str, Meta(description="What the key is for.")]
    scopes: Annotated[list[Scope], Meta(description="What the key may do.")]
    created_at: Annotated[datetime, Meta(description="When the key was created, in UTC.")]
    expires_at: Annotated[datetime | None, Meta(description="When the key stops working, in UTC; null if never.")]
    revoked_at: Annotated[datetime | None, Meta(description="When the key was revoked, in UTC; null if it was not.")]
    last_used_at: Annotated[
        datetime | None, Meta(description="When the key was last used, in UTC, up to 30 seconds late; null if never.")
    ]

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        """Present the key to its owner."""
        return cls(
            id=key.id,
            name=key.name,
            scopes=[Scope(scope) for scope in key.scopes],
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
        )


class IssuedKeyOut(KeyOut):
    """An API key with its text."""

    api_key: Annotated[str, Meta(description="The key itself; it is in no other answer.")]

    @classmethod
    def of_issued(cls, issued_key: IssuedKey) -> "IssuedKeyOut":
        """Present a new key with its text."""
        return cls(**msgspec.structs.asdict(KeyOut.of(issued_key.key)), api_key=issued_key.text)
