"""What is answered to administrators."""

from uuid import UUID

import msgspec

from api.accounts.schemas import MatrixRef
from shared.accounts.models import Account


class UserOut(msgspec.Struct):
    """An account as an administrator sees it: never a key, never a hash."""

    id: int
    email: str
    api_key: None
    credit: float
    is_active: bool
    cms: list[MatrixRef]

    @classmethod
    def of(cls, account: Account, uids: list[UUID]) -> "UserOut":
        """The account with its newest matrices."""
        assert account.id is not None, "a listed account was stored"
        return cls(
            id=account.id,
            email=account.email,
            api_key=None,
            credit=account.credit,
            is_active=account.is_active,
            cms=[MatrixRef(uid) for uid in uids],
        )
