"""Route of the audit events."""

from typing import Annotated

from litestar import Controller, get
from litestar.params import QueryParameter

from api.admin.guard import administrators_only
from api.admin.schemas import AuditEventOut, AuditPage
from api.http import paging
from api.http.dependencies import Injected
from api.http.paging import Cursor, Limit
from shared import audit
from shared.audit import AuditType
from shared.kit.platform import Platform


class AuditController(Controller):
    """Audit events."""

    tags = ["admin"]
    guards = [administrators_only]

    @get("/v1/admin/audit", operation_id="admin.audit.list", opt={"security": "basic"})
    async def list_events(
        self,
        platform: Injected[Platform],
        account_id: Annotated[
            int | None, QueryParameter(ge=1, le=2**53, description="Only about this account.")
        ] = None,
        type: Annotated[  # noqa: A002 -- the name of the parameter
            AuditType | None, QueryParameter(description="Only events of this type.")
        ] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> AuditPage:
        """List audit events.

        Returns sign-ups, sign-ins and failures, changes of keys and plans, and the acts of administrators, newest
        first. They are kept for a year unless the operator chose another time.
        """
        rows = await audit.list_events(platform, account_id=account_id, event_type=type, before=cursor, limit=limit + 1)
        page = paging.cut(rows, limit, lambda event: event.id)
        return AuditPage([AuditEventOut.of(event) for event in page.rows], page.next)
