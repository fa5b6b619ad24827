"""Request and response bodies of accounts."""

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

    email: Annotated[
        str, Meta(max_length=254, description="E-mail address, compared without regard to case; up to 254 characters.")
    ]
    password: Annotated[
        str,
        Meta(
            max_length=MAX_PASSWORD_LENGTH,
            description="Password; 6 to 128 characters unless the operator asks for more.",
        ),
    ]

    def check(self, min_password_length: int) -> None:
        """Raise InvalidInput for an e-mail address or password that no new account may have."""
        # Invisible characters would make one address look like another.
        if not (self.email.isprintable() and PLAUSIBLE.fullmatch(self.email)):
            raise InvalidInput(Fault("/email", "email: must be an e-mail address, such as you@example.com."))
        if len(self.password) < min_password_length:
            detail = f"password: must have at least {min_password_length} characters."
            raise InvalidInput(Fault("/password", detail))


class SignUpIn(CredentialsIn):
    """An account to create."""

    invitation: Annotated[
        Annotated[str, Meta(max_length=100)] | None,
        Meta(description="Invitation of an administrator, where signing up needs one."),
    ] = None


class MatrixRef(msgspec.Struct):
    """A reference to a confusion matrix."""

    uid: Annotated[UUID, Meta(description="Id of the matrix.")]


class AccountOut(msgspec.Struct):
    """An account as its owner sees it."""

    id: Annotated[int, Meta(description="Id of the account.")]
    email: Annotated[str, Meta(description="E-mail address of the account.")]
    api_key: Annotated[str, Meta(description="API key of the account.")]
    credit: Annotated[float, Meta(description="Number of calls that are drawn once the plan's month is used up.")]
    is_active: Annotated[bool, Meta(description="Whether the account may use the service.")]
    cms: Annotated[list[MatrixRef], Meta(description="The newest confusion matrices of the account.")]

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
