"""Invitations: links of administrators, each good for one sign-up until it expires."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import audit
from shared.accounts.errors import InvitationInvalid, InvitationNotFound
from shared.accounts.models import Invitation
from shared.accounts.sessions import digest
from shared.audit import AuditType
from shared.kit import clock, origin
from shared.kit.platform import Platform

TOKEN_BYTES = 32

# Older ones are not shown: who was invited and signed up is in the audit events.
MAX_LISTED = 200


class IssuedInvitation(NamedTuple):
    """An invitation with its token, which is shown only once."""

    invitation: Invitation
    token: str

    @property
    def path(self) -> str:
        """The path and query of the page on which it is used."""
        return f"/app/sign-up?invitation={self.token}"


async def create(platform: Platform, *, note: str | None, lifetime: timedelta) -> IssuedInvitation:
    """Create an invitation; for administrators."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation(
        token_hash=digest(token),
        invited_by=origin.current().actor,
        note=note,
        expires_at=clock.now() + lifetime,
    )
    async with platform.db.session() as session:
        session.add(invitation)
        session.add(audit.event(AuditType.INVITATION_CREATED, None, invitation=str(invitation.id)))
    return IssuedInvitation(invitation, token)


async def list_all(platform: Platform) -> Sequence[Invitation]:
    """List the newest invitations, used and expired ones too; for administrators."""
    async with platform.db.session() as session:
        return (await session.exec(select(Invitation).order_by(col(Invitation.id).desc()).limit(MAX_LISTED))).all()


async def revoke(platform: Platform, invitation_id: UUID | None) -> None:
    """Delete an invitation that was not used; raises InvitationNotFound. For administrators."""
    async with platform.db.session() as session:
        query = select(Invitation).where(Invitation.id == invitation_id, col(Invitation.used_at).is_(None))
        invitation = (await session.exec(query.with_for_update())).one_or_none()
        if invitation is None:
            raise InvitationNotFound
        await session.delete(invitation)
        session.add(audit.event(AuditType.INVITATION_REVOKED, None, invitation=str(invitation_id)))


async def lock(session: AsyncSession, token: str) -> Invitation:
    """Return the invitation of a token, locked against a second use; raises InvitationInvalid."""
    query = select(Invitation).where(
        Invitation.token_hash == digest(token),
        col(Invitation.used_at).is_(None),
        col(Invitation.expires_at) > func.now(),
    )
    invitation = (await session.exec(query.with_for_update())).one_or_none()
    if invitation is None:
        raise InvitationInvalid
    return invitation
