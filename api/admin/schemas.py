"""Bodies of requests and answers of administration."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from api.compat.pycm_rest.accounts.schemas import MatrixRef
from shared.accounts.models import Account
from shared.kit.settings import Settings


class UserOut(msgspec.Struct):
    """An account as the administrator sees it, without its key."""

    id: Annotated[int, Meta(description="Id of the account.")]
    email: Annotated[str, Meta(description="E-mail address of the account.")]
    api_key: Annotated[None, Meta(description="Always null: keys are not stored.")]
    credit: Annotated[float, Meta(description="Number of calls that are drawn once the plan's month is used up.")]
    is_active: Annotated[bool, Meta(description="Whether the account may use the service.")]
    cms: Annotated[list[MatrixRef], Meta(description="The newest confusion matrices of the account.")]

    @classmethod
    def of(cls, account: Account, uids: list[UUID]) -> "UserOut":
        """Present the account with its newest matrices."""
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
    """A plan to choose."""

    plan: Annotated[
        Annotated[str, Meta(max_length=100)] | None, Meta(description="Name of the plan; null selects the default one.")
    ]


class CreditIn(msgspec.Struct, forbid_unknown_fields=True):
    """Credit to add."""

    calls: Annotated[
        int, Meta(ge=-(10**12), le=10**12, description="Number of calls to add; a negative number takes credit back.")
    ]


class PlannedAccountOut(msgspec.Struct):
    """An account with its plan and credit."""

    id: Annotated[int, Meta(description="Id of the account.")]
    email: Annotated[str, Meta(description="E-mail address of the account.")]
    plan: Annotated[str, Meta(description="Name of the account's plan.")]
    credit: Annotated[float, Meta(description="Number of calls that are drawn once the plan's month is used up.")]

    @classmethod
    def of(cls, account: Account, settings: Settings) -> "PlannedAccountOut":
        """Present the account; without a plan of its own it has the default one."""
        assert account.id is not None, "an account that was found was stored"
        name, _ = settings.plan_of(account.plan)
        return cls(account.id, account.email, name, account.credit)
