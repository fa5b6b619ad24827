"""Route of the usage of an account."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from litestar import Controller, get
from litestar.params import QueryParameter

from api.http.dependencies import Injected
from api.usage.schemas import UsageOut
from shared import plans, quotas
from shared.accounts import Caller
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.plans import Meter

_MONTH = re.compile(r"(?P<year>20[0-9]{2})-(?P<month>0[1-9]|1[0-2])")


class UsageController(Controller):
    """Usage."""

    tags = ["keys"]

    # An account that has used up its month must still be able to see it.
    @get("/v1/usage", operation_id="usage.get", opt={"cost": 0})
    async def read(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        meter: Injected[Meter],
        month: Annotated[
            str | None, QueryParameter(description="Month, such as 2026-06; the current one if omitted.")
        ] = None,
    ) -> UsageOut:
        """Get the usage of a month.

        Returns the calls of the account per day (UTC) and route, and what is left of its plan, and what
        the account uses of each quota. Counts are at most 10 seconds old.
        """
        first = _first_day(month)
        usage = await plans.month_of_use(platform, meter, caller, first)
        return UsageOut.of(usage, await quotas.used(platform, caller), first, platform.settings)


def _first_day(month: str | None) -> date:
    if month is None:
        return datetime.now(UTC).date().replace(day=1)
    if not (match := _MONTH.fullmatch(month)):
        raise InvalidInput(Fault("/month", "month: must be a year and a month, such as 2026-06."))
    return date(int(match["year"]), int(match["month"]), 1)
