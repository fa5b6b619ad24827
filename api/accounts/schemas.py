"""Bodies of requests and answers about the caller's account."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from api.compat.pycm_rest.accounts.schemas import MAX_PASSWORD_LENGTH
from shared.kit.errors import Fault, InvalidInput

Password = Annotated[str, Meta(max_length=MAX_PASSWORD_LENGTH)]


def check_new_password(password: str, min_length: int, pointer: str = "new_password") -> None:
    """Raise InvalidInput for a password that is too short or too long for a new one."""
    if not min_length <= len(password) <= MAX_PASSWORD_LENGTH:
        detail = f"{pointer}: must have {min_length} to {MAX_PASSWORD_LENGTH} characters."
        raise InvalidInput(Fault(f"/{pointer}", detail))


class PasswordIn(msgspec.Struct, forbid_unknown_fields=True):
    """A new password, and the current one."""

    current_password: Annotated[Password, Meta(description="Current password of the account.")]
    new_password: Annotated[
        Password,
        Meta(description="New password; 6 to 128 characters unless the operator asks for more."),
    ]


class DepartureIn(msgspec.Struct, forbid_unknown_fields=True):
    """The password that confirms that the account is left."""

    password: Annotated[Password, Meta(description="Password of the account.")]


class DepartureOut(msgspec.Struct):
    """An account that is going to be deleted."""

    deletes_at: Annotated[datetime, Meta(description="When everything of the account is deleted, in UTC.")]
