"""Bodies of requests and answers of administration."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from api.compat.pycm_rest.accounts.schemas import MatrixRef
from shared.accounts.invitations import IssuedInvitation
from shared.accounts.models import Account, Invitation
from shared.accounts.password_changes import IssuedReset
from shared.audit import AuditRecord, AuditType
from shared.kit.names import Name
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


# Three days reach somebody over a weekend; a link that works for longer is forgotten in mailboxes.
DEFAULT_INVITATION_HOURS = 72
MAX_INVITATION_HOURS = 30 * 24


class InvitationIn(msgspec.Struct, forbid_unknown_fields=True):
    """An invitation to create."""

    note: Annotated[
        Annotated[Name, Meta(max_length=200)] | None, Meta(description="Whom it is for, for your own list.")
    ] = None
    valid_hours: Annotated[
        int, Meta(ge=1, le=MAX_INVITATION_HOURS, description="Hours until it expires, 1 to 720.")
    ] = DEFAULT_INVITATION_HOURS


class InvitationOut(msgspec.Struct):
    """An invitation without its token."""

    id: Annotated[UUID, Meta(description="Id of the invitation.")]
    invited_by: Annotated[str, Meta(description="Who created it.")]
    note: Annotated[str | None, Meta(description="Whom it is for; null without a note.")]
    created_at: Annotated[datetime, Meta(description="When it was created, in UTC.")]
    expires_at: Annotated[datetime, Meta(description="When it stops working, in UTC.")]
    used_at: Annotated[datetime | None, Meta(description="When it was used, in UTC; null if it was not.")]
    account_id: Annotated[int | None, Meta(description="Account that was created with it; null if it was not used.")]

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationOut":
        """Present the invitation."""
        return cls(
            id=invitation.id,
            invited_by=invitation.invited_by,
            note=invitation.note,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            used_at=invitation.used_at,
            account_id=invitation.account_id,
        )


class IssuedInvitationOut(InvitationOut):
    """An invitation with its token."""

    token: Annotated[str, Meta(description="The invitation for `POST /sign_up/`; it is in no other answer.")]
    path: Annotated[str, Meta(description="Path of the page to sign up on, to append to the service's address.")]

    @classmethod
    def of_issued(cls, issued: IssuedInvitation) -> "IssuedInvitationOut":
        """Present a new invitation with its token."""
        common = msgspec.structs.asdict(InvitationOut.of(issued.invitation))
        return cls(**common, token=issued.token, path=issued.path)


class InvitationList(msgspec.Struct):
    """The newest invitations."""

    items: Annotated[list[InvitationOut], Meta(description="Invitations, newest first; at most 200.")]


# Somebody waits for it; what is read in a mailbox later opens nothing.
DEFAULT_RESET_HOURS = 24
MAX_RESET_HOURS = 7 * 24


class PasswordResetIn(msgspec.Struct, forbid_unknown_fields=True):
    """A link to reset a password, to create."""

    valid_hours: Annotated[int, Meta(ge=1, le=MAX_RESET_HOURS, description="Hours until it expires, 1 to 168.")] = (
        DEFAULT_RESET_HOURS
    )


class PasswordResetOut(msgspec.Struct):
    """A link to reset a password."""

    path: Annotated[str, Meta(description="Path of the page of the new password, to append to the service's address.")]
    expires_at: Annotated[datetime, Meta(description="When it stops working, in UTC.")]

    @classmethod
    def of(cls, issued: IssuedReset) -> "PasswordResetOut":
        """Present a new link."""
        return cls(issued.path, issued.expires_at)


class AuditEventOut(msgspec.Struct):
    """An audit event."""

    id: Annotated[UUID, Meta(description="Id of the event.")]
    type: Annotated[AuditType, Meta(description="What happened.")]
    account_id: Annotated[int | None, Meta(description="Account that it is about; null if it is about none.")]
    email: Annotated[str | None, Meta(description="E-mail address of the account; null if it no longer exists.")]
    actor: Annotated[str, Meta(description="Who did it: an account, the administrator, or nobody known.")]
    address: Annotated[str | None, Meta(description="IPv4 address, or IPv6 network of 64 bits; null if unknown.")]
    details: Annotated[dict[str, Any], Meta(description="What else belongs to the event.")]
    created_at: Annotated[datetime, Meta(description="When it happened, in UTC.")]

    @classmethod
    def of(cls, record: AuditRecord) -> "AuditEventOut":
        """Present the event."""
        return cls(
            id=record.id,
            type=AuditType(record.type),
            account_id=record.account_id,
            email=record.email,
            actor=record.actor,
            address=record.address,
            details=record.details,
            created_at=record.created_at,
        )


class AuditPage(msgspec.Struct):
    """A page of audit events."""

    items: Annotated[list[AuditEventOut], Meta(description="Events, newest first.")]
    next: Annotated[UUID | None, Meta(description="Cursor of the next page; null on the last one.")]
