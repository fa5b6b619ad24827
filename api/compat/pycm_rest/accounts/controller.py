"""Signing up and in."""

from litestar import Controller

from api.compat.pycm_rest.accounts.schemas import AccountOut, CredentialsIn, SignUpIn
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import counted_address
from api.http.routes import post
from shared import accounts, matrices
from shared.kit.platform import Platform


class AccountController(Controller):
    """Accounts."""

    tags = ["accounts"]

    @post("/sign_up/", operation_id="accounts.sign_up", status_code=200)
    async def sign_up(self, platform: Injected[Platform], credentials: Body[SignUpIn]) -> AccountOut:
        """Create an account.

        The answer holds the account's API key. No e-mail is sent. The operator can require an invitation, or an
        address of certain domains.
        """
        credentials.check(platform.settings.min_password_length)
        signed_in = await accounts.sign_up(
            platform,
            email=credentials.email,
            password=credentials.password,
            address=counted_address(),
            invitation=credentials.invitation,
        )
        return AccountOut.of(signed_in, [])

    @post("/sign_in/", operation_id="accounts.sign_in", status_code=200)
    async def sign_in(self, platform: Injected[Platform], credentials: Body[CredentialsIn]) -> AccountOut:
        """Sign in to an account.

        Returns the account with the API key of its sign-up. Repeated wrong passwords are answered with 429.
        """
        signed_in = await accounts.sign_in(
            platform,
            email=credentials.email,
            password=credentials.password,
            address=counted_address(),
        )
        assert signed_in.account.id is not None, "an account that signed in was stored"
        return AccountOut.of(signed_in, await matrices.newest_uids(platform, signed_in.account.id))
