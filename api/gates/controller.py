"""Routes of gates: create, read, list, replace, delete."""

from litestar import Controller, delete, get
from litestar.params import FromPath

from api.gates.schemas import GateIn, GateOut, GatePage
from api.http import paging
from api.http.bodies.json_bodies import Body
from api.http.bodies.limits import LARGE
from api.http.dependencies import Injected
from api.http.paging import Cursor, Limit
from api.http.routes import post, put
from shared import gates
from shared.accounts import Caller
from shared.kit.platform import Platform


class GateController(Controller):
    """Policies by which candidates are let through."""

    path = "/v1/gates"
    tags = ["gates"]

    @post(operation_id="gates.create", opt=LARGE)
    async def create(self, platform: Injected[Platform], caller: Injected[Caller], gate: Body[GateIn]) -> GateOut:
        """Create a gate.

        A candidate that is checked must not be worse than the baseline in any metric and slice, beyond the margin if
        there is one, and must have the golden samples right.
        """
        return GateOut.of(await gates.create(platform, caller, gate.name, gate.policy))

    @get(operation_id="gates.list")
    async def list_own(
        self, platform: Injected[Platform], caller: Injected[Caller], cursor: Cursor = None, limit: Limit = 50
    ) -> GatePage:
        """List gates.

        Returns the account's gates with their policies, newest first.
        """
        found = await gates.list_own(platform, caller, before=cursor, limit=limit + 1)
        page = paging.cut(found, limit, lambda gate: str(gate.id))
        return GatePage([GateOut.of(gate) for gate in page.rows], page.next)

    @get("/{gate_id:str}", operation_id="gates.get")
    async def read(self, platform: Injected[Platform], caller: Injected[Caller], gate_id: FromPath[str]) -> GateOut:
        """Get a gate.

        Returns the newest version of its policy.
        """
        return GateOut.of(await gates.get(platform, caller, gate_id))

    @put("/{gate_id:str}", operation_id="gates.set_policy", opt=LARGE)
    async def replace(
        self, platform: Injected[Platform], caller: Injected[Caller], gate_id: FromPath[str], gate: Body[GateIn]
    ) -> GateOut:
        """Replace a gate.

        Name and policy become those of the request, as a new version. Checks keep the version that they were made by.
        """
        return GateOut.of(await gates.replace(platform, caller, gate_id, gate.name, gate.policy))

    @delete("/{gate_id:str}", operation_id="gates.delete")
    async def remove(self, platform: Injected[Platform], caller: Injected[Caller], gate_id: FromPath[str]) -> None:
        """Delete a gate.

        Also deletes its checks, and ends the jobs of those that still run. The runs stay.
        """
        await gates.delete(platform, caller, gate_id)
