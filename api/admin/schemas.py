"""What is answered to administrators."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from api.compat.pycm_rest.accounts.schemas import MatrixRef
from shared.accounts.models import Account
from shared.kit.settings import Settings


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


class PlanIn(msgspec.Struct, forbid_unknown_fields=True):
    """The name of a plan; null stands for the default one."""

    plan: Annotated[str, Meta(max_length=100)] | None


class CreditIn(msgspec.Struct, forbid_unknown_fields=True):
    """How many calls to give, or, if negative, to take back."""

    calls: Annotated[int, Meta(ge=-(10**12), le=10**12)]


class PlannedAccountOut(msgspec.Struct):
    """An account with what it may ask for."""

    id: int
    email: str
    plan: str
    credit: float

    @classmethod
    def of(cls, account: Account, settings: Settings) -> "PlannedAccountOut":
        """The account as it is now; without a plan of its own it has the default one."""
        assert account.id is not None, "an account that was found was stored"
        name, _ = settings.plan_of(account.plan)
        return cls(account.id, account.email, name, account.credit)
