"""Routes of API keys."""

from litestar import Controller, delete, get
from litestar.params import FromPath

from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.routes import post
from api.keys.schemas import IssuedKeyOut, KeyIn, KeyOut
from shared import accounts
from shared.accounts import Caller, Scope
from shared.kit.platform import Platform


class KeyController(Controller):
    """API keys."""

    path = "/v1/keys"
    tags = ["keys"]
    # An account that has used up its month must still be able to revoke keys.
    opt = {"scope": Scope.ACCOUNT, "cost": 0}

    @post(operation_id="keys.create")
    async def create(self, platform: Injected[Platform], caller: Injected[Caller], key: Body[KeyIn]) -> IssuedKeyOut:
        """Create an API key.

        The key itself is only part of this answer; store it. Give each program a key of its own.
        """
        key.check()
        issued_key = await accounts.create_key(
            platform,
            caller,
            name=key.name,
            scopes=frozenset(key.scopes),
            expires_at=key.expires_at,
        )
        return IssuedKeyOut.of_issued(issued_key)

    @get(operation_id="keys.list")
    async def list_own(self, platform: Injected[Platform], caller: Injected[Caller]) -> list[KeyOut]:
        """List API keys.

        Returns all keys of the account, oldest first, including revoked and expired ones, and when each was last used.
        The keys themselves are not part of the answer.
        """
        return [KeyOut.of(key) for key in await accounts.list_keys(platform, caller)]

    @post("/{key_id:str}/rotate", operation_id="keys.rotate", status_code=200)
    async def rotate(
        self, platform: Injected[Platform], caller: Injected[Caller], key_id: FromPath[str]
    ) -> IssuedKeyOut:
        """Rotate an API key.

        Returns a new key with the same id, name, scopes and expiry. The previous key stops working within 5 seconds.
        """
        return IssuedKeyOut.of_issued(await accounts.rotate_key(platform, caller, key_id))

    @delete("/{key_id:str}", operation_id="keys.revoke")
    async def revoke(self, platform: Injected[Platform], caller: Injected[Caller], key_id: FromPath[str]) -> None:
        """Revoke an API key.

        The key stops working within 5 seconds. This cannot be undone.
        """
        await accounts.revoke_key(platform, caller, key_id)
