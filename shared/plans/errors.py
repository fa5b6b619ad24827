"""Errors of plans."""

from http import HTTPStatus

import msgspec

from shared.kit.errors import DomainError, Problem


class LimitProblem(Problem, frozen=True, omit_defaults=True):
    """A problem with the limit's name, under the member that the RateLimit draft has for it."""

    violated_policies: list[str] = msgspec.field(name="violated-policies", default_factory=list)


class LimitReached(DomainError):
    """A limit of the account's plan has been reached; wait, or change to another plan."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "limit-reached"

    # The name that the RateLimit headers give to the limit.
    policy = ""

    def problem(self) -> Problem:
        """The problem with the limit's name."""
        return LimitProblem(**msgspec.structs.asdict(super().problem()), violated_policies=[self.policy])


class RateLimitReached(LimitReached):
    """The account has reached its plan's calls per second; wait for the number of seconds in Retry-After."""

    code = "rate-limit-reached"
    policy = "second"


class MonthUsedUp(LimitReached):
    """The account has used all calls of its plan for this month; ask the administrator for credit or another plan."""

    code = "month-used-up"
    policy = "month"
