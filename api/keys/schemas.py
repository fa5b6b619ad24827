"""What is sent and answered about API keys."""

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
    """A key to be made: what it is for, what it may do, and until when; no scopes named means all."""

    name: Annotated[Name, Meta(max_length=100)]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=len(EVERYTHING))] = msgspec.field(
        default_factory=lambda: sorted(EVERYTHING)
    )
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None

    def check(self) -> None:
        """Refuse a key that would never work."""
        if self.expires_at is not None and clock.in_utc(self.expires_at, "expires_at") <= clock.now():
            raise InvalidInput(Fault("/expires_at", "expires_at: this moment is over; name a later one."))


class KeyOut(msgspec.Struct):
    """A key of the account; its text is shown only when it is made or rotated."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        """The key as its owner sees it."""
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
    """A key with its text."""

    api_key: str

    @classmethod
    def issued(cls, issued: IssuedKey) -> "IssuedKeyOut":
        """The key as it is handed out."""
        return cls(**msgspec.structs.asdict(KeyOut.of(issued.key)), api_key=issued.text)
