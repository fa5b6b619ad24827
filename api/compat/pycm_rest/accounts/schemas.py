"""What is sent and answered about accounts."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.accounts import SignedInAccount
from shared.accounts.emails import PLAUSIBLE
from shared.kit.errors import Fault, InvalidInput

MAX_PASSWORD_LENGTH = 128


class CredentialsIn(msgspec.Struct):
    """An e-mail address and a password."""

    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=MAX_PASSWORD_LENGTH)]

    def check(self, min_password_length: int) -> None:
        """Refuse what no new account may have."""
        # What cannot be seen would make one address look like another.
        if not (self.email.isprintable() and PLAUSIBLE.fullmatch(self.email)):
            raise InvalidInput(Fault("/email", "email: this is not an e-mail address, such as you@example.com."))
        if len(self.password) < min_password_length:
            detail = f"password: use at least {min_password_length} characters."
            raise InvalidInput(Fault("/password", detail))


class MatrixRef(msgspec.Struct):
    """A confusion matrix of the account."""

    uid: UUID


class AccountOut(msgspec.Struct):
    """An account as its owner sees it."""

    id: int
    email: str
    api_key: str
    credit: float
    is_active: bool
    cms: list[MatrixRef]

    @classmethod
    def of(cls, signed_in: SignedInAccount, uids: list[UUID]) -> "AccountOut":
        """The account with its newest matrices."""
        account = signed_in.account
        assert account.id is not None, "an account that signed in was stored"
        return cls(
            id=account.id,
            email=account.email,
            api_key=signed_in.api_key,
            credit=account.credit,
            is_active=account.is_active,
            cms=[MatrixRef(uid) for uid in uids],
        )
