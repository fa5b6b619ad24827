"""Errors of quotas."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.kit.errors import DomainError, Problem
from shared.kit.settings.plans import Quota


class QuotaProblem(Problem, frozen=True, omit_defaults=True):
    """A problem with the quota that has been reached."""

    quota: Annotated[str, Meta(description="Name of the quota.")] = ""
    limit: Annotated[int, Meta(description="What the account may use of it.")] = -1
    use: Annotated[int, Meta(description="What the account uses of it.")] = -1


class QuotaReached(DomainError):
    """The account has reached a quota; delete what you no longer need, or ask the administrator for another plan."""

    status, code = HTTPStatus.CONFLICT, "quota-reached"

    def __init__(self, quota: Quota, *, limit: int, use: int, adding: int) -> None:
        self.quota, self.limit, self.use = quota, limit, use
        noun = quota.value.replace("_", " ")
        more = f"; this needs {adding:,} more" if adding > 1 else ""
        super().__init__(
            f"The account uses {use:,} of {limit:,} {noun}{more}. "
            "Delete what you no longer need, or ask the administrator for another plan."
        )

    def problem(self) -> Problem:
        """Return the problem with the quota, its limit and its use."""
        common = msgspec.structs.asdict(super().problem())
        return QuotaProblem(**common, quota=self.quota.value, limit=self.limit, use=self.use)
