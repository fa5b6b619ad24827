"""Routes of invitations to sign up."""

from datetime import timedelta

from litestar import Controller, delete, get
from litestar.params import FromPath

from api.admin.guard import administrators_only
from api.admin.schemas import InvitationIn, InvitationList, InvitationOut, IssuedInvitationOut
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.routes import post
from shared.accounts import invitations
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform


class InvitationController(Controller):
    """Invitations."""

    path = "/v1/admin/invitations"
    tags = ["admin"]
    guards = [administrators_only]
    opt = {"security": "basic"}

    @post(operation_id="admin.invitations.create")
    async def create(self, platform: Injected[Platform], invitation: Body[InvitationIn]) -> IssuedInvitationOut:
        """Create an invitation.

        It is good for one sign-up until it expires, also while signing up is closed. The token is only part of this
        answer.
        """
        lifetime = timedelta(hours=invitation.valid_hours)
        issued = await invitations.create(platform, note=invitation.note, lifetime=lifetime)
        return IssuedInvitationOut.of_issued(issued)

    @get(operation_id="admin.invitations.list")
    async def list_all(self, platform: Injected[Platform]) -> InvitationList:
        """List invitations.

        Returns the newest 200, including used and expired ones.
        """
        return InvitationList([InvitationOut.of(invitation) for invitation in await invitations.list_all(platform)])

    @delete("/{invitation_id:str}", operation_id="admin.invitations.revoke")
    async def revoke(self, platform: Injected[Platform], invitation_id: FromPath[str]) -> None:
        """Revoke an invitation.

        One that was used cannot be revoked.
        """
        await invitations.revoke(platform, parse_uuid(invitation_id))
